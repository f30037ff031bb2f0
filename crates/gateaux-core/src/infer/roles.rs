//! What each node of a tree is for: a value, a dimension, an index, subscripts, a condition.

use gateaux_syntax::{IndexItem, NodeId, NodeKind, Statement, Tree};

/// The functions that inference itself knows, because their arguments are not all arrays or their result takes its
/// size from the context.
pub(super) const SPECIAL: [&str; 9] = [
    "eye",
    "ones",
    "zeros",
    "vector",
    "matrix",
    "reshape",
    "commutation",
    "einsum",
    "where",
];

/// What a node is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// An expression, which has a shape.
    Value,
    /// A dimension in a declaration.
    Declared,
    /// A dimension as an argument, as in `eye(n)`.
    Size,
    /// A position, as in `x[i]`.
    Index,
    /// The string of an `einsum`.
    Subscripts,
    /// The comparison of a `where`.
    Condition,
}

impl Role {
    /// Whether the node denotes a size or a position.
    pub(super) fn is_size(self) -> bool {
        matches!(self, Role::Declared | Role::Size | Role::Index)
    }
}

/// The roles of all nodes, and the nodes that are whole dimensions.
pub(super) struct Roles {
    pub(super) of: Vec<Role>,
    /// The nodes that are dimensions and no parts of one.
    pub(super) dimensions: Vec<NodeId>,
}

impl Roles {
    /// Reads the roles from the top down: a node's parent comes after it.
    pub(super) fn read(tree: &Tree) -> Roles {
        let mut roles = Roles {
            of: vec![Role::Value; tree.nodes().len()],
            dimensions: Vec::new(),
        };
        for statement in tree.statements() {
            if let Statement::Declaration(declaration) = statement {
                for dim in &declaration.dims {
                    roles.set(*dim, Role::Declared);
                    roles.dimensions.push(*dim);
                }
            }
        }
        for at in (0..tree.nodes().len()).rev() {
            let id = NodeId(at as u32);
            let node = tree.node(id);
            let role = roles.of[at];
            if role.is_size() {
                operands(&node.kind)
                    .into_iter()
                    .for_each(|operand| roles.set(operand, role));
                continue;
            }
            match &node.kind {
                NodeKind::Call(name, args) => {
                    for (position, arg) in args.iter().enumerate() {
                        let role = argument_role(&name.text, position);
                        roles.set(*arg, role);
                        if role == Role::Size {
                            roles.dimensions.push(*arg);
                        }
                    }
                }
                NodeKind::Index(_, items) => {
                    for item in items {
                        item_positions(item)
                            .into_iter()
                            .for_each(|position| roles.set(position, Role::Index));
                    }
                }
                _ => {}
            }
        }
        roles
    }

    fn set(&mut self, node: NodeId, role: Role) {
        self.of[node.0 as usize] = role;
    }
}

fn argument_role(function: &str, position: usize) -> Role {
    match (function, position) {
        ("eye" | "ones" | "zeros" | "commutation", _) => Role::Size,
        ("reshape", 1..) => Role::Size,
        ("einsum", 0) => Role::Subscripts,
        ("where", 0) => Role::Condition,
        _ => Role::Value,
    }
}

fn item_positions(item: &IndexItem) -> Vec<NodeId> {
    match item {
        IndexItem::At(at) => vec![*at],
        IndexItem::Range(from, to) => vec![*from, *to],
        IndexItem::All(_) => Vec::new(),
    }
}

/// The nodes directly below a node.
pub(super) fn operands(kind: &NodeKind) -> Vec<NodeId> {
    match kind {
        NodeKind::Number(_) | NodeKind::Name(_) | NodeKind::Text(_) | NodeKind::Missing => Vec::new(),
        NodeKind::Unary(_, operand) | NodeKind::Transpose(operand) | NodeKind::ConjugateTranspose(operand) => {
            vec![*operand]
        }
        NodeKind::Binary(_, _, lhs, rhs) => vec![*lhs, *rhs],
        NodeKind::Call(_, args) => args.clone(),
        NodeKind::Index(base, items) => {
            let mut found = vec![*base];
            items.iter().for_each(|item| found.extend(item_positions(item)));
            found
        }
        NodeKind::Array(rows) => rows.concat(),
    }
}
