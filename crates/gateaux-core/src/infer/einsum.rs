//! `einsum("ij,jk->ik", A, B)`: subscripts, operands and the shape of the result.

use std::collections::BTreeMap;

use gateaux_syntax::{Name, NodeId, NodeKind, Span};

use super::check::Checker;
use super::codes;
use super::kind::Kind;
use super::problem::{Problem, shorten};
use super::sizes::Size;
use super::special::part_of_string;
use crate::expr::MAX_AXES;

impl Checker<'_> {
    pub(super) fn einsum(&mut self, id: NodeId, name: &Name, args: &[NodeId]) -> Kind {
        let Some((first, operands)) = args.split_first() else {
            return self.argument_count(id, name.span, "einsum", vec![2], 0);
        };
        let span = self.span(*first);
        let NodeKind::Text(subscripts) = self.node_kind(*first) else {
            if matches!(self.node_kind(*first), NodeKind::Missing) {
                return Kind::Unknown;
            }
            let all = args.iter().fold(span, |all, arg| all.to(self.span(*arg)));
            let problem = Problem::new(
                codes::NO_SUBSCRIPTS,
                all,
                "einsum needs its subscripts first, as a string",
            );
            return self.refuse(problem.advise("write the letters of the axes, as in `einsum(\"ij,j->i\", A, x)`"));
        };
        let subscripts = subscripts.clone();
        match self.contract(id, span, &subscripts, operands) {
            Ok(kind) => kind,
            Err(problem) => self.refuse(problem.at(id)),
        }
    }

    fn contract(&mut self, id: NodeId, span: Span, subscripts: &str, operands: &[NodeId]) -> Result<Kind, Problem> {
        let (groups, output) = read(span, subscripts)?;
        if groups.len() != operands.len() {
            let (wanted, given) = (groups.len(), operands.len());
            let are = if given == 1 { "is" } else { "are" };
            let noun = if wanted == 1 { "operand" } else { "operands" };
            let message = format!("the subscripts \"{subscripts}\" name {wanted} {noun}, {given} {are} given");
            let problem = Problem::new(codes::OPERAND_COUNT, span, message);
            return Err(problem.advise("write the letters of each operand, with a comma between two operands"));
        }
        let mut letters = Letters::new();
        for (group, operand) in groups.iter().zip(operands) {
            let sizes = self.axes(group, span, *operand)?;
            for (letter, size) in group.letters.chars().zip(sizes) {
                let (first, owner) = *letters.entry(letter).or_insert((size, *operand));
                if let Err(clash) = self.found.sizes.unify(first, size, id) {
                    let [here, there] = [*operand, owner].map(|node| shorten(self.scope.quote(node)));
                    let problem = Problem::new(codes::SUBSCRIPT_SIZES, span, format!("the letter {letter} is "))
                        .size(first)
                        .text(format!(" in {there} and "))
                        .size(size)
                        .text(format!(" in {here}"));
                    return Err(self.explain(clash, id, problem));
                }
            }
        }
        result(span, &output, &letters)
    }

    /// The sizes of an operand, one for each of its letters.
    fn axes(&mut self, group: &Group, span: Span, operand: NodeId) -> Result<Vec<Size>, Problem> {
        let kind = self.kind(operand);
        if kind == Kind::Unknown {
            return Ok(group.letters.chars().map(|_| self.found.sizes.unknown()).collect());
        }
        let mut sizes = kind.sizes();
        if let Kind::Row(_) = kind {
            sizes.insert(0, self.found.sizes.number(1));
        }
        if sizes.len() == group.letters.len() {
            return Ok(sizes);
        }
        let axes = match sizes.len() {
            0 => "no axis".to_owned(),
            1 => "1 axis".to_owned(),
            more => format!("{more} axes"),
        };
        let message = format!("the subscripts \"{}\" do not fit ", group.letters);
        let problem = Problem::new(codes::SUBSCRIPT_RANK, group.span(span), message);
        Err(problem
            .operand(self.scope.quote(operand), kind)
            .text(format!(", which has {axes}"))
            .advise("write one letter for each axis"))
    }
}

/// The size of each letter and the first operand that has it.
type Letters = BTreeMap<char, (Size, NodeId)>;

fn result(span: Span, output: &Group, letters: &Letters) -> Result<Kind, Problem> {
    let mut axes = Vec::new();
    for (at, letter) in output.letters.char_indices() {
        let here = part_of_string(span, output.at + at, 1);
        let Some((size, _)) = letters.get(&letter) else {
            let message = format!("the letter {letter} of the result stands in no operand");
            let known: Vec<String> = letters.keys().map(char::to_string).collect();
            let problem = Problem::new(codes::SUBSCRIPTS, here, message);
            return Err(problem.advise(format!("the letters of the operands are {}", known.join(", "))));
        };
        if output.letters[..at].contains(letter) {
            let message = format!("the letter {letter} stands twice in the result");
            return Err(Problem::new(codes::SUBSCRIPTS, here, message));
        }
        axes.push(*size);
    }
    let message = format!("an array has at most {MAX_AXES} axes");
    Kind::from_axes(&axes).ok_or_else(|| Problem::new(codes::TOO_MANY_AXES, output.span(span), message))
}

/// The letters of one operand or of the result.
struct Group {
    letters: String,
    /// Where they begin in the string.
    at: usize,
    len: usize,
}

impl Group {
    fn span(&self, string: Span) -> Span {
        part_of_string(string, self.at, self.len)
    }
}

fn read(span: Span, subscripts: &str) -> Result<(Vec<Group>, Group), Problem> {
    let Some((inputs, output)) = subscripts.split_once("->") else {
        let message = format!("the subscripts \"{subscripts}\" have no arrow");
        let problem = Problem::new(codes::SUBSCRIPTS, span, message);
        return Err(
            problem.advise("write the letters of the result behind `->`: `\"ij,jk->ik\"`, or none for a scalar")
        );
    };
    let mut groups = Vec::new();
    let mut at = 0;
    for letters in inputs.split(',') {
        groups.push(group(span, letters, at)?);
        at += letters.len() + 1;
    }
    let output = group(span, output, inputs.len() + 2)?;
    Ok((groups, output))
}

fn group(span: Span, written: &str, at: usize) -> Result<Group, Problem> {
    let letters: String = written.chars().filter(|letter| !letter.is_whitespace()).collect();
    if let Some(wrong) = letters.chars().find(|letter| !letter.is_ascii_alphabetic()) {
        let here = part_of_string(span, at, written.len());
        let message = format!("a subscript is an ASCII letter, not `{wrong}`");
        return Err(Problem::new(codes::SUBSCRIPTS, here, message));
    }
    if written.len() != letters.len() {
        let here = part_of_string(span, at, written.len());
        let problem = Problem::new(codes::SUBSCRIPTS, here, "subscripts are written without spaces");
        return Err(problem.replace(here, letters, "write"));
    }
    Ok(Group {
        len: letters.len(),
        letters,
        at,
    })
}
