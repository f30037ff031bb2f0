//! The language with its Unicode signs.

use super::layout::{Infix, Layout, Piece};
use super::text;
use super::writer::{Binding, Spelling, Task, spell_product};

pub(super) struct Unicode;

impl Spelling for Unicode {
    fn spell(&self, layout: &Layout, piece: &Piece) -> Vec<Task> {
        match piece {
            Piece::Product(first, rest) => spell_product(*first, rest, |infix| match infix {
                Infix::Times => "⋅",
                Infix::Over => "/",
                Infix::DotTimes => "⊙",
                Infix::DotOver => "⊘",
            }),
            Piece::Transpose(x) => match layout.piece(*x) {
                Piece::Call("conj", args) => vec![Task::Piece(args[0], Binding::Postfix), "†".into()],
                _ => vec![Task::Piece(*x, Binding::Postfix), "ᵀ".into()],
            },
            Piece::Call("sum", args) if args.len() == 1 => {
                vec!["∑(".into(), Task::Piece(args[0], Binding::Sum), ")".into()]
            }
            Piece::Call("kron", args) if args.len() == 2 => vec![
                Task::Piece(args[0], Binding::Power),
                "⊗".into(),
                Task::Piece(args[1], Binding::Power),
            ],
            Piece::Call("pi", _) => vec!["pi".into()],
            _ => text::Text.spell(layout, piece),
        }
    }

    fn binding(&self, piece: &Piece) -> Binding {
        match piece {
            Piece::Call("kron", _) => Binding::Product,
            _ => text::binding(piece),
        }
    }

    fn parentheses(&self) -> (&'static str, &'static str) {
        ("(", ")")
    }

    fn definition(&self) -> (&'static str, &'static str) {
        (" = ", "; ")
    }
}
