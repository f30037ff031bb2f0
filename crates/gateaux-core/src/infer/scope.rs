//! The names of a text: what is declared, defined and free, and the dimensions that are written.

use std::collections::{BTreeMap, BTreeSet};

use gateaux_syntax::{BinaryOp, Declaration, Definition, Name, NodeId, NodeKind, Span, Statement, Tree, UnaryOp};

use super::ExternalDeclaration;
use super::codes;
use super::kind::Kind;
use super::names::{DefaultKind, default_kind, nearest};
use super::problem::{Problem, shorten};
use super::roles::{Role, Roles, SPECIAL};
use super::sizes::{Clash, MAX_ASSUMED, MAX_FACTORS, MAX_OPERANDS, MAX_TERMS, Size, Sizes};
use crate::expr::{MAX_AXES, Structure};

/// What a name in an expression means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The node is no name, or the name is a mistake that is already reported.
    None,
    Variable(usize),
    Definition(NodeId),
    Constant(&'static str),
    Identity,
    Dimension(Size),
}

/// A variable and what its declaration or its name tells of it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) name: String,
    /// Where it first stands in an expression, or in its declaration.
    pub(super) span: Option<Span>,
    pub(super) given: Given,
    pub(super) structure: Structure,
    pub(super) is_positive: bool,
    pub(super) is_complex: bool,
}

/// What tells the kind of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    Declared(Kind),
    Named(DefaultKind),
}

/// The names of a text.
pub(super) struct Scope<'a> {
    pub(super) tree: &'a Tree,
    pub(super) text: &'a str,
    pub(super) roles: Vec<Role>,
    pub(super) variables: Vec<Known>,
    /// By node.
    pub(super) meanings: Vec<Meaning>,
    /// By node: the value of what is a dimension or an index.
    pub(super) node_sizes: Vec<Option<Size>>,
    /// The table in which the declared sizes are; every attempt starts with a copy.
    pub(super) sizes: Sizes,
    pub(super) problems: Vec<Problem>,
    /// The expression that the text is about.
    pub(super) root: Option<NodeId>,
    /// The names that no dimension may be called by.
    pub(super) taken: BTreeSet<String>,
}

/// What a name stands for by a statement.
#[derive(Clone, Copy)]
enum Entity {
    Variable(usize),
    /// A definition can be used behind its end.
    Definition {
        body: NodeId,
        end: usize,
    },
    /// It is declared or defined wrongly.
    Mistake,
}

impl<'a> Scope<'a> {
    /// Reads all names.
    pub(super) fn read(tree: &'a Tree, text: &'a str, outside: &[ExternalDeclaration]) -> Scope<'a> {
        let roles = Roles::read(tree);
        let n_nodes = tree.nodes().len();
        let mut scope = Scope {
            tree,
            text,
            roles: roles.of,
            variables: Vec::new(),
            meanings: vec![Meaning::None; n_nodes],
            node_sizes: vec![None; n_nodes],
            sizes: Sizes::default(),
            problems: Vec::new(),
            root: None,
            taken: BTreeSet::new(),
        };
        let mut entities = BTreeMap::new();
        outside
            .iter()
            .for_each(|declaration| scope.declare_outside(declaration, &mut entities));
        scope.measure(&entities);
        scope.check_positive(&roles.dimensions);
        for statement in tree.statements() {
            match statement {
                Statement::Declaration(declaration) => scope.declare(declaration, &mut entities),
                Statement::Definition(definition) => scope.define(definition, &mut entities),
                Statement::Expression(node) => scope.root = Some(*node),
            }
        }
        scope.taken.extend(entities.keys().cloned());
        scope.give_meanings(&entities);
        if scope.root.is_none() {
            let end = Span::new(text.len(), text.len());
            scope.problems.push(
                Problem::new(codes::NOTHING, end, "there is no expression, only declarations")
                    .advise("write the function in a line of its own, such as `norm2(A*x - b)^2`"),
            );
        }
        scope
    }

    /// The text of a node.
    pub(super) fn quote(&self, node: NodeId) -> &'a str {
        let span = self.tree.node(node).span;
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Whether the node compares two values.
    pub(super) fn is_comparison(&self, node: NodeId) -> bool {
        matches!(
            self.tree.node(node).kind,
            NodeKind::Binary(
                BinaryOp::Less | BinaryOp::LessEq | BinaryOp::Greater | BinaryOp::GreaterEq,
                ..
            )
        )
    }

    fn role(&self, node: NodeId) -> Role {
        self.roles[node.0 as usize]
    }

    fn declare(&mut self, declaration: &Declaration, entities: &mut BTreeMap<String, Entity>) {
        let dims: Vec<_> = declaration
            .dims
            .iter()
            .map(|dim| self.node_sizes[dim.0 as usize])
            .collect();
        let known = read_declaration(declaration, &dims, &mut self.problems);
        self.add(&declaration.name, known, entities);
    }

    fn add(&mut self, name: &Name, known: Option<Known>, entities: &mut BTreeMap<String, Entity>) {
        if let Some(problem) = reserved(name) {
            self.problems.push(problem);
            entities.insert(name.text.clone(), Entity::Mistake);
            return;
        }
        match (entities.get(&name.text), known) {
            (None, None) => {
                entities.insert(name.text.clone(), Entity::Mistake);
            }
            (None, Some(known)) => {
                entities.insert(name.text.clone(), Entity::Variable(self.variables.len()));
                self.variables.push(known);
            }
            // A problem may repeat in its text what was declared beside it.
            (Some(Entity::Variable(index)), Some(known)) if self.repeats(*index, &known) => {
                self.variables[*index].span = known.span;
            }
            (Some(Entity::Mistake), _) => {}
            (Some(_), _) => self.problems.push(twice(name, "declared")),
        }
    }

    fn repeats(&self, index: usize, known: &Known) -> bool {
        let outside = &self.variables[index];
        outside.span.is_none()
            && Known {
                span: known.span,
                ..outside.clone()
            } == *known
    }

    fn define(&mut self, definition: &Definition, entities: &mut BTreeMap<String, Entity>) {
        let name = &definition.name;
        self.root = Some(definition.body);
        if let Some(problem) = reserved(name) {
            self.problems.push(problem);
            entities.insert(name.text.clone(), Entity::Mistake);
        } else if entities.contains_key(&name.text) {
            self.problems.push(twice(name, "defined"));
        } else if self.is_declared_dimension(&name.text) {
            let message = format!("{} is a dimension in a declaration and cannot be defined", name.text);
            self.problems.push(
                Problem::new(codes::DIMENSION_NAME, name.span, message)
                    .advise("its value is the size of the variable that has it"),
            );
            entities.insert(name.text.clone(), Entity::Mistake);
        } else {
            let entity = Entity::Definition {
                body: definition.body,
                end: definition.span.end,
            };
            entities.insert(name.text.clone(), entity);
        }
    }

    fn is_declared_dimension(&self, name: &str) -> bool {
        self.sizes.has_name(name)
    }

    fn declare_outside(&mut self, outside: &ExternalDeclaration, entities: &mut BTreeMap<String, Entity>) {
        let dims = if outside.dims.is_empty() {
            String::new()
        } else {
            format!("({})", outside.dims.join(", "))
        };
        let modifiers: String = outside.modifiers.iter().map(|word| format!("{word} ")).collect();
        let text = format!("{}: {modifiers}{}{dims}", outside.name, outside.kind);
        let (tree, found) = gateaux_syntax::parse(&text);
        let mut problems = Vec::new();
        match (tree.statements(), found.first()) {
            ([Statement::Declaration(declaration)], None) if declaration.name.text == outside.name => {
                let mut measured = vec![None; tree.nodes().len()];
                for (id, node) in tree.nodes() {
                    let value = match &node.kind {
                        NodeKind::Name(name) => Ok(Some(self.sizes.name(name))),
                        kind => measure(kind, node.span, &measured, &mut self.sizes),
                    };
                    measured[id.0 as usize] = value.unwrap_or_else(|problem| {
                        problems.push(problem);
                        None
                    });
                }
                let dims: Vec<_> = declaration.dims.iter().map(|dim| measured[dim.0 as usize]).collect();
                for size in dims.iter().flatten() {
                    problems.extend(not_positive(*size, Span::default(), &mut self.sizes));
                }
                let mut known = read_declaration(declaration, &dims, &mut problems);
                if let Some(known) = &mut known {
                    known.span = None;
                }
                self.add(
                    &Name {
                        span: Span::default(),
                        ..declaration.name.clone()
                    },
                    known,
                    entities,
                );
            }
            (_, Some(problem)) => problems.push(Problem::new(codes::OUTSIDE, problem.span, problem.message.clone())),
            _ => problems.push(Problem::new(codes::OUTSIDE, Span::default(), "it cannot be read")),
        }
        for mut problem in problems {
            problem.message.insert(
                0,
                super::problem::Piece::Text(format!("in the declaration of {}: ", outside.name)),
            );
            let advice = super::problem::Advice::None;
            self.problems.push(Problem {
                span: Span::default(),
                advice,
                ..problem
            });
        }
    }

    /// Evaluates everything that is a dimension or an index.
    fn measure(&mut self, outside: &BTreeMap<String, Entity>) {
        let tree = self.tree;
        let mut declared: BTreeSet<&str> = BTreeSet::new();
        let mut in_values: BTreeSet<&str> = BTreeSet::new();
        for (id, node) in tree.nodes() {
            if let NodeKind::Name(name) = &node.kind {
                match self.role(id) {
                    Role::Declared => drop(declared.insert(name)),
                    Role::Value | Role::Condition => drop(in_values.insert(name)),
                    Role::Size | Role::Index | Role::Subscripts => {}
                }
            }
        }
        for name in &declared {
            self.sizes.name(name);
        }
        let mut named: BTreeSet<&str> = outside.keys().map(String::as_str).collect();
        named.extend(tree.statements().iter().filter_map(|statement| match statement {
            Statement::Declaration(declaration) => Some(declaration.name.text.as_str()),
            Statement::Definition(definition) => Some(definition.name.text.as_str()),
            Statement::Expression(_) => None,
        }));
        let mut as_argument: BTreeSet<&str> = BTreeSet::new();
        for (id, node) in tree.nodes() {
            if let (Role::Size, NodeKind::Name(name)) = (self.role(id), &node.kind) {
                as_argument.insert(name);
            }
        }
        for (id, node) in tree.nodes() {
            let role = self.role(id);
            if !role.is_size() {
                continue;
            }
            let value = match &node.kind {
                NodeKind::Name(name) => {
                    let name = name.as_str();
                    let is_variable = named.contains(name)
                        || role == Role::Index && in_values.contains(name) && !as_argument.contains(name);
                    if name == "end" && role == Role::Index && !self.sizes.has_name(name) {
                        let problem = not_a_size(node.span, "end is no name for the last position");
                        Err(problem.advise("write the size of the axis, as in `x[2:n]` for an `x: vector(n)`"))
                    } else if is_variable && !self.sizes.has_name(name) {
                        Err(not_a_size(node.span, &format!("{name} is a variable")))
                    } else {
                        Ok(Some(self.sizes.name(name)))
                    }
                }
                kind => measure(kind, node.span, &self.node_sizes, &mut self.sizes),
            };
            self.node_sizes[id.0 as usize] = value.unwrap_or_else(|problem| {
                self.problems.push(problem);
                None
            });
        }
    }

    fn check_positive(&mut self, dimensions: &[NodeId]) {
        for node in dimensions {
            if let Some(size) = self.node_sizes[node.0 as usize]
                && let Some(problem) = not_positive(size, self.tree.node(*node).span, &mut self.sizes)
            {
                self.problems.push(problem);
                self.node_sizes[node.0 as usize] = None;
            }
        }
    }

    fn give_meanings(&mut self, entities: &BTreeMap<String, Entity>) {
        let tree = self.tree;
        let mut free: BTreeMap<&str, Meaning> = BTreeMap::new();
        for (id, node) in tree.nodes() {
            let NodeKind::Name(name) = &node.kind else { continue };
            if !matches!(self.role(id), Role::Value | Role::Condition) {
                continue;
            }
            let meaning = match entities.get(name) {
                Some(Entity::Variable(index)) => Meaning::Variable(*index),
                Some(Entity::Mistake) => Meaning::None,
                Some(Entity::Definition { body, end }) if *end <= node.span.start => Meaning::Definition(*body),
                Some(Entity::Definition { .. }) => {
                    let message = format!("{name} is used before its definition ends");
                    self.problems.push(
                        Problem::new(codes::TOO_EARLY, node.span, message)
                            .advise("a definition can be used only in the statements below it"),
                    );
                    Meaning::None
                }
                None => match free.get(name.as_str()) {
                    Some(meaning) => *meaning,
                    None => {
                        let meaning = self.free_meaning(name, node.span);
                        free.insert(name, meaning);
                        meaning
                    }
                },
            };
            self.meanings[id.0 as usize] = meaning;
        }
    }

    fn free_meaning(&mut self, name: &str, span: Span) -> Meaning {
        if self.sizes.has_name(name) {
            return Meaning::Dimension(self.sizes.name(name));
        }
        match name {
            "pi" | "π" => return Meaning::Constant("pi"),
            "im" => return Meaning::Constant("im"),
            "I" | "eye" => return Meaning::Identity,
            _ => {}
        }
        if is_function(name) {
            self.problems.push(
                Problem::new(
                    codes::NOT_CALLED,
                    span,
                    format!("{name} is a function and needs its arguments"),
                )
                .advise(format!("write `{name}(...)`, or call the variable by another name")),
            );
            return Meaning::None;
        }
        let Some(default) = default_kind(name) else {
            let message = format!("the name {name} does not tell a kind");
            self.problems.push(
                Problem::new(codes::NO_DEFAULT, span, message)
                    .advise(format!("declare it, for instance `{name}: vector(n)`")),
            );
            return Meaning::None;
        };
        self.taken.insert(name.to_owned());
        self.variables.push(Known {
            name: name.to_owned(),
            span: Some(span),
            given: Given::Named(default),
            structure: Structure::General,
            is_positive: false,
            is_complex: false,
        });
        Meaning::Variable(self.variables.len() - 1)
    }
}

impl PartialEq for Known {
    fn eq(&self, other: &Known) -> bool {
        self.name == other.name
            && self.given == other.given
            && self.structure == other.structure
            && self.is_positive == other.is_positive
            && self.is_complex == other.is_complex
    }
}

/// Whether the name is that of a function of the language.
pub(super) fn is_function(name: &str) -> bool {
    crate::ops::find(name).is_some() || SPECIAL.contains(&name)
}

fn reserved(name: &Name) -> Option<Problem> {
    // The identity and the imaginary unit are names that may be given away.
    let what = match name.text.as_str() {
        "eye" | "im" => return None,
        "pi" | "π" => "a constant",
        other if is_function(other) => "a function",
        _ => return None,
    };
    let message = format!("{} is the name of {what}", name.text);
    Some(Problem::new(codes::FUNCTION_NAME, name.span, message).advise("call the variable by another name"))
}

fn twice(name: &Name, verb: &str) -> Problem {
    let message = format!("{} is {verb} again: a name is declared or defined once", name.text);
    Problem::new(codes::TWICE, name.span, message).advise("choose another name here")
}

const KINDS: [&str; 10] = [
    "scalar",
    "vector",
    "matrix",
    "tensor",
    "symmetric",
    "posdef",
    "diagonal",
    "skew",
    "orthogonal",
    "lower",
];

fn read_declaration(declaration: &Declaration, dims: &[Option<Size>], problems: &mut Vec<Problem>) -> Option<Known> {
    let (mut is_positive, mut is_complex) = (false, false);
    for modifier in &declaration.modifiers {
        match modifier.text.as_str() {
            "positive" => is_positive = true,
            "complex" => is_complex = true,
            other => {
                let message = format!("`{other}` cannot stand before a kind, only `complex` and `positive` can");
                problems.push(Problem::new(codes::MODIFIER, modifier.span, message));
            }
        }
    }
    let kind = declaration.kind.text.as_str();
    let structure = Structure::ALL
        .iter()
        .find(|(_, name)| *name == kind)
        .map(|(structure, _)| *structure);
    let wanted = match kind {
        "scalar" => 0..=0,
        "vector" => 1..=1,
        "matrix" => 2..=2,
        "tensor" => 3..=MAX_AXES,
        _ if structure.is_some() => 1..=1,
        _ => {
            problems.push(unknown_kind(&declaration.kind));
            return None;
        }
    };
    if !wanted.contains(&dims.len()) {
        problems.push(dimension_count(declaration, *wanted.start(), dims.len()));
        return None;
    }
    let has_order = is_positive || matches!(structure, Some(Structure::Posdef | Structure::Orthogonal));
    if is_complex && has_order {
        let what = if is_positive { "positive" } else { kind };
        let message = format!("there is no complex kind of this name: `{what}` is of real numbers");
        problems.push(Problem::new(codes::MODIFIER, declaration.kind.span, message));
        return None;
    }
    let dims: Vec<Size> = dims.iter().copied().collect::<Option<_>>()?;
    let kind = if structure.is_some() {
        Kind::Matrix(dims[0], dims[0])
    } else {
        Kind::from_axes(&dims)?
    };
    Some(Known {
        name: declaration.name.text.clone(),
        span: Some(declaration.name.span),
        given: Given::Declared(kind),
        structure: structure.unwrap_or_default(),
        is_positive,
        is_complex,
    })
}

fn unknown_kind(kind: &Name) -> Problem {
    let problem = Problem::new(
        codes::UNKNOWN_KIND,
        kind.span,
        format!("there is no kind `{}`", kind.text),
    );
    match nearest(&kind.text, KINDS.into_iter()) {
        Some(near) => problem.replace(kind.span, near, "did you mean"),
        None => problem.advise(format!("the kinds are {}", KINDS.join(", "))),
    }
}

fn dimension_count(declaration: &Declaration, wanted: usize, given: usize) -> Problem {
    let kind = &declaration.kind.text;
    let more = if kind == "tensor" {
        format!(" or more, up to {MAX_AXES}")
    } else {
        String::new()
    };
    let noun = if wanted == 1 { "dimension" } else { "dimensions" };
    let are = if given == 1 { "is" } else { "are" };
    let span = if given == 0 {
        declaration.kind.span
    } else {
        declaration.dims_span
    };
    let message = format!("{kind} takes {wanted}{more} {noun}, {given} {are} given");
    let example = match kind.as_str() {
        "scalar" => "scalar".to_owned(),
        "matrix" => "matrix(m, n)".to_owned(),
        "tensor" => "tensor(n, m, k)".to_owned(),
        other => format!("{other}(n)"),
    };
    let problem = Problem::new(codes::DIMENSION_COUNT, span, message);
    problem.advise(format!("write it as `{}: {example}`", declaration.name.text))
}

fn not_a_size(span: Span, what: &str) -> Problem {
    let message =
        format!("{what}: an index or dimension is an integer, a dimension name, or a sum or product of these");
    Problem::new(codes::NOT_A_SIZE, span, message)
}

fn not_positive(size: Size, span: Span, sizes: &mut Sizes) -> Option<Problem> {
    let value = sizes.value(size).filter(|value| *value <= 0)?;
    Some(Problem::new(
        codes::NOT_POSITIVE,
        span,
        format!("a dimension is a name or a positive integer, not {value}"),
    ))
}

/// The size that a node denotes, from those of its operands; `None` where an operand has a mistake.
fn measure(kind: &NodeKind, span: Span, known: &[Option<Size>], sizes: &mut Sizes) -> Result<Option<Size>, Problem> {
    let of = |node: &NodeId| known[node.0 as usize];
    let made = match kind {
        NodeKind::Number(text) => match text.parse() {
            Ok(value) => Ok(sizes.number(value)),
            Err(_) => return Err(not_a_size(span, &format!("{} is no integer of 64 bits", shorten(text)))),
        },
        NodeKind::Unary(op, operand) => {
            let Some(operand) = of(operand) else { return Ok(None) };
            match op {
                UnaryOp::Plus => Ok(operand),
                UnaryOp::Neg => {
                    let zero = sizes.number(0);
                    sizes.sub(zero, operand)
                }
            }
        }
        NodeKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul), _, lhs, rhs) => {
            let (Some(lhs), Some(rhs)) = (of(lhs), of(rhs)) else {
                return Ok(None);
            };
            match op {
                BinaryOp::Add => sizes.add(lhs, rhs),
                BinaryOp::Sub => sizes.sub(lhs, rhs),
                _ => sizes.mul(lhs, rhs),
            }
        }
        NodeKind::Call(name, args) if name.text == "min" && args.len() == 2 => {
            let (Some(lhs), Some(rhs)) = (of(&args[0]), of(&args[1])) else {
                return Ok(None);
            };
            sizes.min(lhs, rhs)
        }
        NodeKind::Missing => return Ok(None),
        _ => return Err(not_a_size(span, "this is an expression")),
    };
    match made {
        Ok(size) => Ok(Some(size)),
        Err(Clash::Different | Clash::TooLarge) => Err(large(span)),
    }
}

/// The limits of sizes are reached.
pub(super) fn large(span: Span) -> Problem {
    let message = format!(
        "a size here is too complicated: more than {MAX_TERMS} terms, {MAX_FACTORS} factors, {MAX_OPERANDS} operands of \
         minima or {MAX_ASSUMED} assumptions"
    );
    Problem::new(codes::LARGE_SIZE, span, message)
}
