//! The walk over the pieces, the same for all notations: where parentheses stand, without recursion.

use super::layout::{Infix, Layout, Piece, PieceId, Signed};

/// How tightly a piece holds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Sum,
    Product,
    Prefix,
    Power,
    Postfix,
    Atom,
}

/// Something that is still to be written.
pub(super) enum Task {
    /// A string.
    Text(String),
    /// A piece, in parentheses if it holds less tightly.
    Piece(PieceId, Binding),
}

impl From<&str> for Task {
    fn from(text: &str) -> Self {
        Task::Text(text.to_owned())
    }
}

/// The spelling of a notation.
pub(super) trait Spelling {
    /// How the piece is written, parts as tasks.
    fn spell(&self, layout: &Layout, piece: &Piece) -> Vec<Task>;
    /// How tightly what is written holds together.
    fn binding(&self, piece: &Piece) -> Binding;
    /// Parentheses.
    fn parentheses(&self) -> (&'static str, &'static str);
    /// Between the name and the body of a definition, and between definitions.
    fn definition(&self) -> (&'static str, &'static str);
}

/// The definitions, each with what separates it from what follows, and the formula.
pub(super) fn write(layout: &Layout, spelling: &dyn Spelling) -> (String, String) {
    let mut definitions = String::new();
    let (is, then) = spelling.definition();
    for (name, body) in layout.definitions() {
        definitions.push_str(&plain(spelling, layout, Piece::Name(name.clone())));
        definitions.push_str(is);
        walk(layout, spelling, *body, &mut definitions);
        definitions.push_str(then);
    }
    let mut formula = String::new();
    walk(layout, spelling, layout.root(), &mut formula);
    (definitions, formula)
}

/// The formula alone, in parentheses if it holds less tightly.
pub(super) fn write_bound(layout: &Layout, spelling: &dyn Spelling, least: Binding) -> String {
    let (definitions, formula) = write(layout, spelling);
    let (open, close) = spelling.parentheses();
    match definitions.is_empty() && spelling.binding(layout.piece(layout.root())) >= least {
        true => formula,
        false => format!("{definitions}{open}{formula}{close}"),
    }
}

fn plain(spelling: &dyn Spelling, layout: &Layout, piece: Piece) -> String {
    let text = |task: Task| match task {
        Task::Text(text) => text,
        Task::Piece(..) => String::new(),
    };
    spelling.spell(layout, &piece).into_iter().map(text).collect()
}

fn walk(layout: &Layout, spelling: &dyn Spelling, root: PieceId, out: &mut String) {
    let (open, close) = spelling.parentheses();
    let mut stack = vec![Task::Piece(root, Binding::Sum)];
    while let Some(task) = stack.pop() {
        match task {
            Task::Text(text) => out.push_str(&text),
            Task::Piece(id, least) => {
                let piece = layout.piece(id);
                let wrapped = spelling.binding(piece) < least;
                if wrapped {
                    out.push_str(open);
                    stack.push(close.into());
                }
                stack.extend(spelling.spell(layout, piece).into_iter().rev());
            }
        }
    }
}

/// The terms of a sum with the operators between them.
pub(super) fn spell_sum(terms: &[Signed]) -> Vec<Task> {
    let mut tasks = Vec::with_capacity(2 * terms.len());
    for (at, term) in terms.iter().enumerate() {
        let sign = if term.negative { "-" } else { "+" };
        match (at, term.negative) {
            (0, false) => {}
            (0, true) => tasks.push("-".into()),
            _ => tasks.push(Task::Text(format!(" {}{sign} ", if term.dotted { "." } else { "" }))),
        }
        tasks.push(Task::Piece(term.piece, Binding::Product));
    }
    tasks
}

/// The factors of a product with the operators between them.
pub(super) fn spell_product(
    first: PieceId,
    rest: &[(Infix, PieceId)],
    spell: impl Fn(Infix) -> &'static str,
) -> Vec<Task> {
    let mut tasks = vec![Task::Piece(first, Binding::Prefix)];
    for (infix, piece) in rest {
        tasks.push(spell(*infix).into());
        tasks.push(Task::Piece(*piece, Binding::Power));
    }
    tasks
}

/// `name(a, b)`
pub(super) fn spell_call(name: &str, args: impl IntoIterator<Item = Task>) -> Vec<Task> {
    let mut tasks = vec![Task::Text(format!("{name}("))];
    for (at, arg) in args.into_iter().enumerate() {
        if at > 0 {
            tasks.push(", ".into());
        }
        tasks.push(arg);
    }
    tasks.push(")".into());
    tasks
}

/// Blocks by rows, with what stands between those of one row and between rows.
pub(super) fn spell_blocks(rows: &[Vec<PieceId>], [beside, below]: [&str; 2]) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        for (j, block) in row.iter().enumerate() {
            match (i, j) {
                (0, 0) => {}
                (_, 0) => tasks.push(below.into()),
                _ => tasks.push(beside.into()),
            }
            tasks.push(Task::Piece(*block, Binding::Sum));
        }
    }
    tasks
}
