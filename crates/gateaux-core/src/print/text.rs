//! The language itself.

use super::layout::{Infix, Layout, Piece};
use super::writer::{Binding, Spelling, Task, spell_blocks, spell_call, spell_product, spell_sum};

pub(super) struct Text;

impl Spelling for Text {
    fn spell(&self, _: &Layout, piece: &Piece) -> Vec<Task> {
        match piece {
            Piece::Number(text) | Piece::Name(text) | Piece::Size(text) => vec![Task::Text(text.clone())],
            Piece::Eye(n) => vec![Task::Text(format!("eye({n})"))],
            Piece::Ones(dims) => vec![Task::Text(format!("ones({})", dims.join(", ")))],
            Piece::Zeros(dims) => vec![Task::Text(format!("zeros({})", dims.join(", ")))],
            Piece::Negative(x) => vec!["-".into(), Task::Piece(*x, Binding::Product)],
            Piece::Sum(terms) => spell_sum(terms),
            Piece::Product(first, rest) => spell_product(*first, rest, |infix| match infix {
                Infix::Times => "*",
                Infix::Over => "/",
                Infix::DotTimes => ".*",
                Infix::DotOver => "./",
            }),
            Piece::Inline(x) => vec![Task::Piece(*x, Binding::Product)],
            Piece::Power(base, exponent, dotted) => vec![
                Task::Piece(*base, Binding::Postfix),
                if *dotted { ".^" } else { "^" }.into(),
                Task::Piece(*exponent, Binding::Prefix),
            ],
            Piece::Transpose(x) => vec![Task::Piece(*x, Binding::Postfix), "'".into()],
            Piece::Change(x) => spell_call("d", [Task::Piece(*x, Binding::Sum)]),
            Piece::Call(name, args) => spell_call(name, args.iter().map(|arg| Task::Piece(*arg, Binding::Sum))),
            Piece::Reshape(x, dims) => {
                let sizes = dims.iter().map(|dim| Task::Text(dim.clone()));
                let name = if dims.is_empty() { "vec" } else { "reshape" };
                spell_call(name, std::iter::once(Task::Piece(*x, Binding::Sum)).chain(sizes))
            }
            Piece::Index(base, items) => vec![
                Task::Piece(*base, Binding::Postfix),
                Task::Text(format!("[{}]", items.join(","))),
            ],
            Piece::Blocks(rows, is_list) => {
                let separators = if *is_list { [", ", ", "] } else { [", ", "; "] };
                let tasks = spell_blocks(rows, separators);
                std::iter::once("[".into()).chain(tasks).chain(["]".into()]).collect()
            }
            Piece::Comparison(sign, lhs, rhs) => vec![
                Task::Piece(*lhs, Binding::Sum),
                Task::Text(format!(" {sign} ")),
                Task::Piece(*rhs, Binding::Sum),
            ],
            Piece::Einsum(subscripts, args) => {
                let args = args.iter().map(|arg| Task::Piece(*arg, Binding::Sum));
                let subscripts = Task::Text(format!("\"{subscripts}\""));
                spell_call("einsum", std::iter::once(subscripts).chain(args))
            }
        }
    }

    fn binding(&self, piece: &Piece) -> Binding {
        binding(piece)
    }

    fn parentheses(&self) -> (&'static str, &'static str) {
        ("(", ")")
    }

    fn definition(&self) -> (&'static str, &'static str) {
        (" = ", "; ")
    }
}

/// The precedence of the language.
pub(super) fn binding(piece: &Piece) -> Binding {
    match piece {
        // A comparison stands only between commas.
        Piece::Sum(_) | Piece::Comparison(..) => Binding::Sum,
        Piece::Product(..) => Binding::Product,
        // `-a*b` is read as `(-a)*b`, which is the same.
        Piece::Negative(_) => Binding::Sum,
        Piece::Power(..) => Binding::Power,
        Piece::Transpose(_) | Piece::Index(..) => Binding::Postfix,
        // A dimension such as n - 1 is a sum.
        Piece::Size(text) if text.contains(' ') || text.contains('*') => Binding::Sum,
        Piece::Number(_) | Piece::Name(_) | Piece::Size(_) | Piece::Eye(_) | Piece::Ones(_) | Piece::Zeros(_) => {
            Binding::Atom
        }
        Piece::Call(..) | Piece::Change(_) | Piece::Reshape(..) | Piece::Einsum(..) | Piece::Blocks(..) => {
            Binding::Atom
        }
        // The parts of a product are its factors.
        Piece::Inline(_) => Binding::Atom,
    }
}
