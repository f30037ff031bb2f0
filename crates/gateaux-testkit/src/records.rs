//! The operation records against their kernels: differential, meaning, rules, examples.

use std::collections::BTreeMap;

use gateaux_array::{Array, DoubleDouble, Dual};
use gateaux_core::diff::{self, Explicit};
use gateaux_core::expr::{Dim, Error, Expr, Facts, Form, Shape, Store, Structure, Var};
use gateaux_core::ops::signature::{ParamKind, SizeExpr, signatures};
use gateaux_core::ops::{self, Environment, Kernel, Meaning, Op, Rule};
use gateaux_eval::Sizes;
use gateaux_syntax::{NodeKind, parse_expression};

use crate::case::shape_sizes;
use crate::check::{Outcome, Point, Stop, Verdict, compare, run};
use crate::differences;
use crate::interpret::{self, Reading, Value, formula};
use crate::numbers::{Judge, Region, contract, inner};
use crate::random::Random;
use crate::values;

/// What an argument of any shape is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Any {
    /// A vector(n).
    Vector,
    /// A matrix(m, n).
    Matrix,
    /// A scalar.
    Scalar,
    /// A row(n).
    Row,
    /// A tensor(m, n, p).
    Tensor,
}

/// Every shape that an argument of any shape is tried with.
pub const ANY: [Any; 5] = [Any::Vector, Any::Matrix, Any::Scalar, Any::Row, Any::Tensor];

/// Where a record is tried: the alternative of its signature, the shape of arguments of any shape, region and seed.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The alternative of the signature.
    pub alternative: usize,
    /// The shape of an argument of any shape.
    pub any: Any,
    /// Where the entries are drawn.
    pub region: Region,
    /// The sizes m and n.
    pub sizes: [usize; 2],
    /// Of the random numbers.
    pub seed: u64,
}

/// The sizes m and n of the points in each region: a matrix with full columns hides what stands beside them, one with
/// full rows the same of the rows, and of a scalar some formulas are 0/0.
const SIZES: [[usize; 2]; 5] = [[3, 2], [2, 3], [3, 2], [2, 3], [1, 1]];

/// Every place at which a record is to be tried.
pub fn places(op: &Op) -> Vec<Place> {
    let mut found = Vec::new();
    for (alternative, signature) in signatures(op).iter().enumerate() {
        let is_any = signature.params.iter().any(|param| param.kind == ParamKind::Any);
        for any in &ANY[..if is_any { ANY.len() } else { 1 }] {
            // Several seeds: a step function of the change may agree with that of the point.
            let place = |at: usize| Place {
                alternative,
                any: *any,
                region: Region::ALL[at % Region::ALL.len()],
                sizes: SIZES[at / Region::ALL.len()],
                seed: 11 + at as u64,
            };
            found.extend((0..SIZES.len() * Region::ALL.len()).map(place));
        }
    }
    found
}

/// A function over variables of its own, at random values, with a random change of each argument.
pub struct Call<T> {
    op: &'static Op,
    /// The table of the expressions.
    pub store: Store,
    sizes: Sizes,
    /// The arguments.
    pub args: Vec<Expr>,
    names: Vec<String>,
    environment: Environment,
    values: BTreeMap<Var, Array<T>>,
    points: Vec<Value<T>>,
    changes: Vec<Array<T>>,
}

fn undefined(error: impl ToString) -> Stop {
    Stop::Undefined(error.to_string())
}

fn wrong(error: impl ToString) -> Stop {
    Stop::Wrong(error.to_string())
}

impl<T: Judge> Call<T> {
    /// Draws arguments.
    ///
    /// # Errors
    /// Those of the constructors.
    pub fn new(op: &'static Op, place: Place) -> Result<Call<T>, Stop> {
        let mut store = Store::default();
        let [m, n] = ["m", "n"].map(|name| store.dims.name(name));
        let mut call = Call {
            op,
            store,
            sizes: [("m", place.sizes[0]), ("n", place.sizes[1]), ("p", 2), ("q", 3)]
                .map(|(name, size)| (name.to_owned(), size))
                .into(),
            args: vec![],
            names: vec![],
            environment: Environment::default(),
            values: BTreeMap::new(),
            points: vec![],
            changes: vec![],
        };
        let signature = &signatures(op)[place.alternative];
        let mut random = Random::new(place.seed);
        for param in &signature.params {
            let mut dim = |size: &SizeExpr| call.dim(size, &signature.sizes);
            let shape = match &param.kind {
                ParamKind::Scalar => Shape::Scalar,
                ParamKind::Vector(size) => Shape::Vector(dim(size)?),
                ParamKind::Row(size) => Shape::Row(dim(size)?),
                ParamKind::Matrix(rows, columns) => Shape::Matrix(dim(rows)?, dim(columns)?),
                ParamKind::Any => match place.any {
                    Any::Vector => Shape::Vector(n),
                    Any::Matrix => Shape::Matrix(m, n),
                    Any::Scalar => Shape::Scalar,
                    Any::Row => Shape::Row(n),
                    Any::Tensor => {
                        let p = call.store.dims.name("p");
                        Shape::from_axes(&[m, n, p]).ok_or_else(|| wrong("three axes"))?
                    }
                },
                ParamKind::Like(at) => call.store.shape(call.args[*at]),
                ParamKind::Axis(axis) => {
                    call.number(&param.name, i64::from(*axis))?;
                    continue;
                }
                ParamKind::Natural => {
                    call.number(&param.name, random.below(4) as i64)?;
                    continue;
                }
            };
            call.argument(&param.name, (shape, param.structure), place.region, &mut random)?;
        }
        for name in &signature.sizes {
            let dim = call.store.dims.name(name);
            call.environment.bind_size(name, dim);
        }
        Ok(call)
    }

    /// An argument that is a literal, and has no change.
    fn number(&mut self, name: &str, value: i64) -> Verdict {
        let number = self.store.integer(value).map_err(wrong)?;
        self.environment.bind(name, number);
        self.args.push(number);
        self.names.push(name.to_owned());
        self.points.push(Value::new(Array::scalar(T::from_i64(value))));
        self.changes.push(Array::scalar(T::zero()));
        Ok(())
    }

    fn dim(&mut self, size: &SizeExpr, names: &[String]) -> Result<Dim, Stop> {
        match size {
            SizeExpr::Name(at) => Ok(self.store.dims.name(&names[*at])),
            SizeExpr::Number(value) => Ok(self.store.dims.constant(*value)),
            SizeExpr::Mul(..) | SizeExpr::Min(..) => Err(wrong("a parameter with a computed size")),
        }
    }

    /// A variable of a structure at a random point, with a change in its tangent space.
    fn argument(
        &mut self,
        name: &str,
        (shape, structure): (Shape, Structure),
        region: Region,
        random: &mut Random,
    ) -> Verdict {
        let variable = |store: &mut Store, name: &str| {
            // A row is no kind of a variable: it is a vector, transposed.
            let (kept, is_row) = match shape {
                Shape::Row(n) => (Shape::Vector(n), true),
                shape => (shape, false),
            };
            let made = match T::imaginary_unit() {
                Some(_) => store.add_complex_variable(name, kept, structure),
                None => store.add_variable(name, kept, structure, Facts::NONE),
            };
            let made = made.map_err(wrong)?;
            Ok(if is_row {
                (made, store.transpose(made).map_err(wrong)?)
            } else {
                (made, made)
            })
        };
        let (point_var, point) = variable(&mut self.store, name)?;
        let (change_var, change) = variable(&mut self.store, &format!("d{name}"))?;
        let sizes = shape_sizes(&self.store, shape, &self.sizes).map_err(undefined)?;
        let draw =
            |region, random: &mut Random| values::point::<T>(&sizes, structure, region, random).map_err(undefined);
        let (value, moved) = (draw(region, random)?, draw(Region::Signed, random)?);
        // A condition holds or does not, and does not change nearby.
        let (value, moved) = match self.op.kernel == Kernel::Choice && self.args.is_empty() {
            true => (
                value.map(|_| T::from_i64(i64::from(random.below(2) == 0))),
                moved.map(|_| T::zero()),
            ),
            false => (value, moved),
        };
        for (variable, value) in [(point_var, &value), (change_var, &moved)] {
            let var = self.store.as_var(variable).ok_or_else(|| wrong("no variable"))?;
            let own = shape_sizes(&self.store, self.store.shape(variable), &self.sizes).map_err(undefined)?;
            self.values.insert(var, value.clone().reshape(&own).map_err(undefined)?);
        }
        self.environment.bind(name, point);
        self.environment.bind(&format!("d{name}"), change);
        self.args.push(point);
        self.names.push(name.to_owned());
        self.points.push(Value {
            array: value,
            is_row: matches!(shape, Shape::Row(_)),
        });
        self.changes.push(moved);
        Ok(())
    }

    /// The differential as a formula, over the arguments and their changes.
    ///
    /// # Errors
    /// A formula that does not build is wrong.
    pub fn differential(&mut self, text: &'static str) -> Result<Expr, Stop> {
        if !self.op.is_elementwise() {
            return ops::instantiate(&mut self.store, text, &self.environment).map_err(wrong);
        }
        let built = ops::instantiate_elementwise(&mut self.store, text, &self.environment).map_err(wrong)?;
        match self.args.as_slice() {
            [_] => {
                let change = self
                    .environment
                    .get(&format!("d{}", self.names[0]))
                    .ok_or_else(|| wrong("no change"))?;
                self.store.hadamard(built, change).map_err(wrong)
            }
            _ => Ok(built),
        }
    }

    /// Holds the transpose in an argument, a formula over the others and the cotangent `dY`, against the kernel: for a
    /// change E and any W the inner products of W with the change of the value, and of E with the formula, are equal.
    ///
    /// # Errors
    /// Undefined where the kernel is, wrong where the two disagree.
    pub fn transpose(&mut self, argument: &str, text: &'static str) -> Verdict {
        let at = self.names.iter().position(|name| name == argument);
        let at = at.ok_or_else(|| wrong(format!("no argument {argument}")))?;
        let mut points = self.points.clone();
        points[at].array = points[at].array.add(&self.changes[at]).map_err(undefined)?;
        let value = |points: &[Value<T>]| interpret::call(self.op.name, points).map_err(undefined);
        let change = value(&points)?
            .array
            .sub(&value(&self.points)?.array)
            .map_err(undefined)?;
        let built = ops::apply_call(&mut self.store, self.op, &self.args).map_err(wrong)?;
        let shape = self.store.shape(built);
        let weights = values::point::<T>(change.shape(), Structure::General, Region::Signed, &mut Random::new(1));
        let weights = weights.map_err(undefined)?;
        let cotangent = self.store.add_variable("dY", shape, Structure::General, Facts::NONE);
        let cotangent = cotangent.map_err(wrong)?;
        let var = self.store.as_var(cotangent).ok_or_else(|| wrong("no variable"))?;
        self.values.insert(var, weights.clone());
        self.environment.bind("dY", cotangent);
        let transpose = self.differential(text)?;
        let found = run(&mut self.store, &[transpose], &self.sizes, &self.values).map_err(undefined)?;
        compare(
            "the transpose paired with the change",
            &[inner(&found[0], self.changes[at].data())],
            &[inner(weights.data(), change.data())],
        )
    }

    /// The arguments on the left side of a rule, by definition and as expressions.
    fn arguments_of(
        &mut self,
        rule: &Rule,
        names: &BTreeMap<String, Value<T>>,
        reading: Reading,
    ) -> Result<(Vec<Value<T>>, Vec<Expr>), Stop> {
        let n = self.store.dims.name("n");
        let (mut args, mut built) = (Vec::new(), Vec::new());
        let params = &signatures(self.op)[0].params;
        for (text, param) in arguments(rule.left).map_err(wrong)?.into_iter().zip(params) {
            let made = match self.op.is_elementwise() {
                true => ops::instantiate_elementwise(&mut self.store, text, &self.environment),
                false => ops::instantiate(&mut self.store, text, &self.environment),
            };
            let (mut arg, mut made) = (
                formula(text, names, &self.sizes, reading).map_err(undefined)?,
                made.map_err(wrong)?,
            );
            // A number in the place of a matrix is a square matrix with these entries.
            if arg.array.rank() == 0 && matches!(param.kind, ParamKind::Matrix(..)) {
                let size = self.sizes["n"];
                arg = Value::new(Array::filled(&[size, size], arg.array.data()[0]).map_err(undefined)?);
                made = self.store.fill(made, Shape::Matrix(n, n)).map_err(wrong)?;
            }
            args.push(arg);
            built.push(made);
        }
        Ok((args, built))
    }

    /// Whether a derivative by the first argument is refused, as one whose formula is empty must be.
    ///
    /// # Errors
    /// Those of the constructors.
    pub fn refuses_derivative(&mut self) -> Result<bool, Stop> {
        let built = ops::apply_call(&mut self.store, self.op, &self.args).map_err(wrong)?;
        let change = self.environment.get(&format!("d{}", self.names[0]));
        let change = change.ok_or_else(|| wrong("no change"))?;
        let found = diff::differential(&mut self.store, built, &[(self.args[0], change)]);
        Ok(matches!(found, Err(Error::Unsupported { .. })))
    }

    /// Holds an expression for the change against dual numbers in the kernel.
    ///
    /// # Errors
    /// Undefined where the kernel is, wrong where the two disagree.
    pub fn against_duals(&mut self, differential: Expr) -> Verdict {
        let zip = |(point, change): (&Value<T>, &Array<T>)| {
            let array = point
                .array
                .zip(change, |value, slope| Dual::new(*value, *slope))
                .map_err(undefined)?;
            Ok(Value {
                array,
                is_row: point.is_row,
            })
        };
        let args = self
            .points
            .iter()
            .zip(&self.changes)
            .map(zip)
            .collect::<Result<Vec<_>, Stop>>()?;
        let truth = interpret::call(self.op.name, &args).map_err(undefined)?.array;
        let slope: Vec<T> = truth.data().iter().map(|dual| dual.slope).collect();
        let value: Vec<T> = truth.data().iter().map(|dual| dual.value).collect();
        if !T::is_usable(&slope) || !T::is_usable(&value) {
            return Err(undefined("not finite"));
        }
        let found = run(&mut self.store, &[differential], &self.sizes, &self.values).map_err(wrong)?;
        compare("the differential", &found[0], &slope)
    }

    /// Holds the meaning against the kernel, and the program against both.
    ///
    /// # Errors
    /// Undefined where the kernel is, wrong where two disagree.
    pub fn meaning(&mut self, text: Option<&str>) -> Verdict {
        let truth = interpret::call(self.op.name, &self.points).map_err(undefined)?.array;
        if !T::is_usable(truth.data()) {
            return Err(undefined("not finite"));
        }
        if let Some(text) = text {
            let names = self.names.iter().cloned().zip(self.points.iter().cloned()).collect();
            let reading = if self.op.is_elementwise() {
                Reading::Entries
            } else {
                Reading::Matrices
            };
            let found = formula(text, &names, &self.sizes, reading).map_err(wrong)?;
            compare("the meaning", found.array.data(), truth.data())?;
        }
        let built = ops::apply_call(&mut self.store, self.op, &self.args).map_err(wrong)?;
        let found = run(&mut self.store, &[built], &self.sizes, &self.values).map_err(undefined)?;
        compare("the program", &found[0], truth.data())
    }
}

impl Call<DoubleDouble> {
    /// Holds an expression for the change against differences of the kernel, within their own error estimate.
    ///
    /// # Errors
    /// Undefined where differences are no good, wrong where the two disagree.
    pub fn against_differences(&mut self, differential: Expr) -> Verdict {
        let curve = |step: DoubleDouble| -> Result<Vec<DoubleDouble>, String> {
            let moved = |(point, change): (&Value<DoubleDouble>, &Array<DoubleDouble>)| {
                let array = point
                    .array
                    .add(&change.scale(&step))
                    .map_err(|error| error.to_string())?;
                Ok(Value {
                    array,
                    is_row: point.is_row,
                })
            };
            let args = self
                .points
                .iter()
                .zip(&self.changes)
                .map(moved)
                .collect::<Result<Vec<_>, String>>()?;
            Ok(interpret::call(self.op.name, &args)?.array.into_data())
        };
        let found = differences::central(&curve).map_err(undefined)?;
        // Worse than this the curve is not smooth around the point, or not defined.
        if !DoubleDouble::is_usable(&found.slope) || found.error.is_nan() || found.error > 1e-14 {
            return Err(undefined(format!("differences are good to {:.0e} only", found.error)));
        }
        let claimed = run(&mut self.store, &[differential], &self.sizes, &self.values).map_err(wrong)?;
        let gap = differences::distance(&claimed[0], &found.slope);
        if gap <= 1e-20 + 100.0 * found.error {
            return Ok(());
        }
        Err(wrong(format!(
            "the differential is off by {gap:.1e}; differences are good to {:.0e}",
            found.error
        )))
    }
}

/// What a verdict says of a check.
pub fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Ok(()) => Outcome::Right,
        Err(Stop::Undefined(reason)) => Outcome::Undefined(reason),
        Err(Stop::Wrong(reason)) => Outcome::Wrong(reason),
    }
}

/// The differential of a record at an alternative of its signature; empty where it is refused.
pub fn differential_of(op: &Op, alternative: usize) -> Option<&'static str> {
    op.differential.get(alternative).or(op.differential.first()).copied()
}

/// The meaning of a record at an alternative of its signature as a formula, if it has one.
pub fn meaning_of(op: &Op, alternative: usize) -> Option<&'static str> {
    match op.meaning {
        // A formula of scalars holds for each entry, whatever the shape.
        Meaning::Equals(texts) if op.is_elementwise() => texts.first().copied(),
        Meaning::Equals(texts) | Meaning::Abbreviates(texts) => texts.get(alternative).copied(),
        Meaning::Form(_) | Meaning::Primitive => None,
    }
}

/// A rule: left and right have one value, and the left side is in fact replaced.
///
/// # Errors
/// Undefined outside of the domain; wrong where the values differ or the rule does nothing.
pub fn rule<T: Judge>(op: &'static Op, rule: &Rule, place: Place) -> Verdict {
    let mut call = Call::<T>::new(
        op,
        Place {
            alternative: 0,
            ..place
        },
    )?;
    call.args.clear();
    let mut random = Random::new(place.seed);
    let n = call.store.dims.name("n");
    let first = call
        .environment
        .get(&call.names[0])
        .ok_or_else(|| wrong("no argument"))?;
    let shape = match call.store.shape(first) {
        shape if op.is_elementwise() => shape,
        // A vector of so many entries as the signature says, if it does.
        Shape::Vector(size) => Shape::Vector(size),
        _ => Shape::Vector(n),
    };
    call.points.clear();
    call.names.clear();
    let square = Shape::Matrix(n, n);
    call.argument("x", (shape, Structure::General), place.region, &mut random)?;
    call.argument("X", (square, Structure::General), place.region, &mut random)?;
    call.argument("S", (square, Structure::Symmetric), place.region, &mut random)?;
    let eye = call.store.eye(n).map_err(wrong)?;
    call.environment.bind("eye", eye);
    let mut names: BTreeMap<String, Value<T>> = call.names.iter().cloned().zip(call.points.iter().cloned()).collect();
    names.insert(
        "eye".to_owned(),
        Value::new(Array::eye(call.sizes["n"]).map_err(undefined)?),
    );
    let reading = if op.is_elementwise() {
        Reading::Entries
    } else {
        Reading::Matrices
    };
    let (args, built) = call.arguments_of(rule, &names, reading)?;
    let left = interpret::call(op.name, &args).map_err(undefined)?.array;
    let right = formula(rule.right, &names, &call.sizes, reading)
        .map_err(undefined)?
        .array;
    let right = if right.rank() == 0 {
        Array::filled(left.shape(), right.data()[0]).map_err(undefined)?
    } else {
        right
    };
    if !T::is_usable(left.data()) {
        return Err(undefined("not finite"));
    }
    compare("the right side", right.data(), left.data())?;
    let result = ops::apply_call(&mut call.store, op, &built).map_err(wrong)?;
    if matches!(call.store.form(result), Form::Call(function, args) if *function == op.function() && **args == *built) {
        return Err(wrong("the rule does not apply to its own left side"));
    }
    let found = run(&mut call.store, &[result], &call.sizes, &call.values).map_err(undefined)?;
    compare("what the rule makes", &found[0], left.data())
}

/// The texts of the arguments of a call.
fn arguments(call: &'static str) -> Result<Vec<&'static str>, String> {
    let (tree, root) = parse_expression(call).map_err(|_| format!("{call} does not parse"))?;
    let NodeKind::Call(_, args) = &tree.node(root).kind else {
        return Err(format!("{call} is no call"));
    };
    let text = |id: &gateaux_syntax::NodeId| {
        let span = tree.node(*id).span;
        &call[span.start..span.end]
    };
    Ok(args.iter().map(text).collect())
}

/// An example of a record: the explicit form that we find has the values of the expected one.
///
/// # Errors
/// Undefined outside of the domain; wrong where the values differ.
pub fn example<T: Judge>((function, wrt, expected): (&str, &str, &str), region: Region, sizes: &[usize]) -> Verdict {
    let mut point = Point::<T>::new(function, wrt, sizes, (region, 5))?;
    let variables = [point.wrt];
    let found = diff::derivative(
        &mut point.case.store,
        point.case.function,
        &variables,
        &["dv".to_owned()],
    );
    let Explicit::Array(array) = found.map_err(wrong)?.explicit else {
        return Err(wrong("no explicit form"));
    };
    let (_, slope) = point.truth()?;
    let mut names = BTreeMap::new();
    for (name, expr) in &point.case.variables {
        let var = point.case.var(*expr).map_err(wrong)?;
        names.insert(name.clone(), Value::new(point.values[&var].clone()));
    }
    let expected = formula(expected, &names, &point.sizes, Reading::Matrices)
        .map_err(undefined)?
        .array;
    compare(
        "the expected form in the direction",
        &contract(expected.data(), &[&point.directions[0]]),
        &slope,
    )?;
    let found = point.run(&[array])?;
    compare("the explicit form", &found[0], expected.data())
}
