//! Numbers: the value of a function and of its derivative at given inputs.

use std::collections::BTreeMap;

use gateaux_array::{Array, Complex, Field};
use gateaux_core::expr::{Dim, Expr, Facts, Structure, Var};
use gateaux_core::infer::Variable;
use gateaux_core::ops;
use gateaux_core::print::{self, Notation};
use gateaux_eval::{Error, Program, Sizes};

use crate::accuracy::{self, EXACT_WORK};
use crate::answer::Answer;
use crate::error::{BAD_INPUT, BAD_STRUCTURE, Errors, NO_NUMBERS};
use crate::problem::Problem;

/// How far, relative to its largest entry, a value may be from its declared structure.
const STRUCTURE_TOLERANCE: f64 = 1e-10;

/// Operations on numbers that are repeated, at most, where they come near to the ends of the range of `f64`: some seconds.
const WIDE_WORK: f64 = 2e8;

/// Values for the variables, and sizes that they do not tell.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// By name, with axes as declared; of complex variables the real parts.
    pub values: BTreeMap<String, Array<f64>>,
    /// The imaginary parts of complex variables, by name; what is absent is zero.
    pub imaginary: BTreeMap<String, Array<f64>>,
    /// Sizes of dimension names.
    pub sizes: BTreeMap<String, usize>,
}

impl Inputs {
    /// Values that may be complex, and sizes.
    pub fn new(values: BTreeMap<String, Array<Complex<f64>>>, sizes: BTreeMap<String, usize>) -> Inputs {
        let is_complex = |array: &Array<Complex<f64>>| array.data().iter().any(|entry| entry.im != 0.0);
        let part = |array: &Array<Complex<f64>>, of: fn(&Complex<f64>) -> f64| array.map(of);
        Inputs {
            imaginary: values
                .iter()
                .filter(|(_, array)| is_complex(array))
                .map(|(name, array)| (name.clone(), part(array, |entry| entry.im)))
                .collect(),
            values: values
                .iter()
                .map(|(name, array)| (name.clone(), part(array, |entry| entry.re)))
                .collect(),
            sizes,
        }
    }
}

/// The imaginary parts of what was computed.
#[derive(Clone, Debug)]
pub struct Imaginary {
    /// Of the value; `None` of a function that is real.
    pub value: Option<Array<f64>>,
    /// Of the derivative.
    pub derivative: Option<Array<f64>>,
}

/// What was computed.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// The value of the function.
    pub value: Array<f64>,
    /// The derivative, with axes `shape(f) ++ shape(wrt)`.
    pub derivative: Option<Array<f64>>,
    /// The imaginary parts, where the problem has complex numbers; the others are the real parts then.
    pub imaginary: Option<Imaginary>,
    /// Remarks, such as which operation made something that is not finite.
    pub notes: Vec<String>,
}

/// Inputs that fit the problem: sizes of all dimension names, values of all variables that are needed.
pub(crate) struct Bound {
    pub(crate) sizes: Sizes,
    pub(crate) values: BTreeMap<Var, Array<f64>>,
    pub(crate) imaginary: BTreeMap<Var, Array<f64>>,
}

impl Bound {
    /// The value of a variable as complex numbers.
    fn complex(&self, var: Var) -> Option<Array<Complex<f64>>> {
        joined(&self.values, &self.imaginary, var)
    }
}

/// The complex numbers of a variable with these real and imaginary parts.
fn joined(
    values: &BTreeMap<Var, Array<f64>>,
    imaginary: &BTreeMap<Var, Array<f64>>,
    var: Var,
) -> Option<Array<Complex<f64>>> {
    let real = values.get(&var)?;
    match imaginary.get(&var) {
        Some(imaginary) => real.zip(imaginary, |re, im| Complex::new(*re, *im)).ok(),
        None => Some(real.map(|entry| Complex::real(*entry))),
    }
}

/// What is done with the values of all variables and holes.
type Visit<'a> = dyn FnMut(&BTreeMap<Var, Array<f64>>) -> Result<(), Errors> + 'a;

impl Problem {
    /// The value of the function, and of a derivative where an answer is given.
    ///
    /// # Errors
    /// Inputs that are missing, have another shape or lack the declared structure; sizes that disagree; a singular
    /// matrix, or one that is not positive definite where it must be.
    pub fn evaluate(&mut self, answer: Option<&Answer>, inputs: &Inputs) -> Result<Numbers, Errors> {
        let bound = self.bind(inputs)?;
        self.check_complete(&bound)?;
        let mut notes = self.not_finite_inputs(&bound);
        if self.is_complex() {
            return self.evaluate_complex(answer, &bound, notes);
        }
        let value = self.run_rated(("value", self.function), &bound, &mut notes)?;
        let derivative = match answer {
            None => None,
            Some(answer) => {
                for multiplicity in &answer.multiplicities {
                    notes.extend(multiplicity.failure(self, &bound)?);
                }
                Some(self.derivative_numbers(answer, &bound, &mut notes)?)
            }
        };
        Ok(Numbers {
            value,
            derivative,
            imaginary: None,
            notes,
        })
    }

    /// The same over complex numbers.
    fn evaluate_complex(
        &mut self,
        answer: Option<&Answer>,
        bound: &Bound,
        mut notes: Vec<String>,
    ) -> Result<Numbers, Errors> {
        let mut run = |problem: &mut Problem, (what, expr): (&str, Expr)| {
            let program = problem.lower(expr, bound)?;
            let input = |var: Var| bound.complex(var);
            let found = problem.run_complex(&program, &input)?;
            if !found
                .data()
                .iter()
                .all(|entry| entry.re.is_finite() && entry.im.is_finite())
            {
                note(&mut notes, Some("the formula"));
            }
            notes.extend(accuracy::rate(what, &program, &input, &found));
            let is_real = ops::is_real(&mut problem.store, expr).map_err(|error| problem.limit(error))?;
            let imaginary = (!is_real).then(|| found.map(|entry| entry.im));
            Ok::<_, Errors>((found.map(|entry| entry.re), imaginary))
        };
        let (value, imaginary) = run(self, ("value", self.function))?;
        let mut parts = Imaginary {
            value: imaginary,
            derivative: None,
        };
        let mut derivative = None;
        if let Some(answer) = answer {
            let shape = self.derivative_shape(answer, bound)?;
            let (real, imaginary) = match answer.explicit_expr {
                Some(explicit) => run(self, ("derivative", explicit))?,
                None => self.complex_numbers_by_directions(answer, bound)?,
            };
            let reshaped = |array: Array<f64>| array.reshape(&shape);
            let text = |error: gateaux_array::ArrayError| self.mistake(NO_NUMBERS, error.to_string());
            derivative = Some(reshaped(real).map_err(text)?);
            parts.derivative = imaginary.map(reshaped).transpose().map_err(text)?;
        }
        Ok(Numbers {
            value,
            derivative,
            imaginary: Some(parts),
            notes,
        })
    }

    /// The real and imaginary parts of the entries of a derivative without an explicit form: those of the first of the
    /// derivatives by z and by `conj(z)` that is not zero.
    fn complex_numbers_by_directions(
        &mut self,
        answer: &Answer,
        bound: &Bound,
    ) -> Result<(Array<f64>, Option<Array<f64>>), Errors> {
        let operator = match &answer.wirtinger {
            Some(parts) => parts.first,
            None => answer.derivative.operator,
        };
        let program = self.lower(operator, bound)?;
        let (mut real, mut imaginary) = (Vec::new(), Vec::new());
        self.each_direction(answer, bound, &mut |values| {
            let found = self.run_complex(&program, &|var| joined(values, &bound.imaginary, var))?;
            real.extend(found.data().iter().map(|entry| entry.re));
            imaginary.extend(found.data().iter().map(|entry| entry.im));
            Ok(())
        })?;
        let list = |data| Array::vector(data).map_err(|error| self.mistake(NO_NUMBERS, error.to_string()));
        Ok((list(real)?, Some(list(imaginary)?)))
    }

    fn run_complex(
        &self,
        program: &Program,
        input: &dyn Fn(Var) -> Option<Array<Complex<f64>>>,
    ) -> Result<Array<Complex<f64>>, Errors> {
        let outputs = program.run(input).map_err(|error| self.failure(&error))?;
        let first = outputs.into_iter().next();
        first.ok_or_else(|| self.mistake(NO_NUMBERS, "nothing was computed".to_owned()))
    }

    fn derivative_numbers(
        &mut self,
        answer: &Answer,
        bound: &Bound,
        notes: &mut Vec<String>,
    ) -> Result<Array<f64>, Errors> {
        let shape = self.derivative_shape(answer, bound)?;
        let reshaped = |problem: &Problem, array: Array<f64>| {
            array
                .reshape(&shape)
                .map_err(|error| problem.mistake(NO_NUMBERS, error.to_string()))
        };
        if let Some((data, singular)) = self.derivative_at_singularity(answer, bound)? {
            let name = self.text_of(singular)?;
            notes.push(format!(
                "{name} is singular or nearly so: the derivative is computed from the function, not from its formula"
            ));
            let array = Array::from_column_major(&shape, data);
            return array.map_err(|error| self.mistake(NO_NUMBERS, error.to_string()));
        }
        if let Some(explicit) = answer.explicit_expr {
            let array = self.run_rated(("derivative", explicit), bound, notes)?;
            return reshaped(self, array);
        }
        // Too many entries are refused before any is computed.
        gateaux_array::entries(&shape).map_err(|error| self.mistake(NO_NUMBERS, error.to_string()))?;
        let data = self.numbers_by_directions(answer, bound, notes)?;
        let array = Array::from_column_major(&shape, data);
        array.map_err(|error| self.mistake(NO_NUMBERS, error.to_string()))
    }

    /// The entries of the derivative, one run for each combination of basis directions, the first hole running fastest.
    fn numbers_by_directions(
        &mut self,
        answer: &Answer,
        bound: &Bound,
        notes: &mut Vec<String>,
    ) -> Result<Vec<f64>, Errors> {
        let program = self.lower(answer.derivative.operator, bound)?;
        let holes = &answer.derivative.free_holes;
        let holes: Vec<Var> = holes.iter().filter_map(|hole| self.store.as_var(*hole)).collect();
        let mut data = Vec::new();
        let (mut granted, mut exact_work, mut loss) = (WIDE_WORK, EXACT_WORK, None);
        self.each_direction(answer, bound, &mut |values| {
            let input = |var: Var| values.get(&var).cloned();
            let trace = program
                .run_traced(&input, &|var| holes.contains(&var), &mut granted)
                .map_err(|error| self.failure(&error))?;
            loss = accuracy::worse(loss, program.loss(&input, &trace.outputs, &mut exact_work));
            data.extend(trace.outputs.into_iter().flat_map(Array::into_data));
            note(notes, trace.not_finite);
            Ok(())
        })?;
        notes.extend(loss.and_then(|loss| accuracy::remark("derivative", loss)));
        Ok(data)
    }

    /// Visits the values with each combination of basis directions in the holes, the first hole running fastest.
    fn each_direction(&self, answer: &Answer, bound: &Bound, visit: &mut Visit) -> Result<(), Errors> {
        let mut values = bound.values.clone();
        let holes: Vec<(Var, Vec<usize>)> = answer
            .derivative
            .free_holes
            .iter()
            .filter_map(|hole| Some((self.store.as_var(*hole)?, self.store.shape(*hole).axes())))
            .map(|(var, axes)| {
                Ok((
                    var,
                    axes.into_iter()
                        .map(|dim| self.size(dim, bound))
                        .collect::<Result<Vec<_>, Errors>>()?,
                ))
            })
            .collect::<Result<_, Errors>>()?;
        let counts: Vec<usize> = holes.iter().map(|(_, shape)| shape.iter().product()).collect();
        for combination in 0..counts.iter().product() {
            let mut rest = combination;
            for ((var, shape), count) in holes.iter().zip(&counts) {
                let at = rest % count;
                rest /= count;
                let mut basis = vec![0.0; *count];
                basis[at] = 1.0;
                let array = Array::from_column_major(shape, basis);
                values.insert(
                    *var,
                    array.map_err(|error| self.mistake(NO_NUMBERS, error.to_string()))?,
                );
            }
            visit(&values)?;
        }
        Ok(())
    }

    /// The axes of the function, then those of the variables.
    fn derivative_shape(&self, answer: &Answer, bound: &Bound) -> Result<Vec<usize>, Errors> {
        let holes = answer
            .derivative
            .holes
            .iter()
            .flat_map(|hole| self.store.shape(*hole).axes());
        let axes: Vec<Dim> = self
            .store
            .shape(self.function)
            .axes()
            .into_iter()
            .chain(holes)
            .collect();
        axes.into_iter().map(|dim| self.size(dim, bound)).collect()
    }

    pub(crate) fn lower(&mut self, expr: Expr, bound: &Bound) -> Result<Program, Errors> {
        Program::lower(&mut self.store, &[expr], &bound.sizes).map_err(|error| self.failure(&error))
    }

    pub(crate) fn run(&mut self, expr: Expr, bound: &Bound, notes: &mut Vec<String>) -> Result<Array<f64>, Errors> {
        let program = self.lower(expr, bound)?;
        self.traced(&program, bound, notes)
    }

    /// The numbers of the value or the derivative, with a remark where they have lost digits.
    fn run_rated(
        &mut self,
        (what, expr): (&str, Expr),
        bound: &Bound,
        notes: &mut Vec<String>,
    ) -> Result<Array<f64>, Errors> {
        let program = self.lower(expr, bound)?;
        let found = self.traced(&program, bound, notes)?;
        let input = |var: Var| bound.values.get(&var).cloned();
        notes.extend(accuracy::rate(what, &program, &input, &found));
        Ok(found)
    }

    fn traced(&self, program: &Program, bound: &Bound, notes: &mut Vec<String>) -> Result<Array<f64>, Errors> {
        let mut granted = WIDE_WORK;
        let result = program.run_traced(&|var| bound.values.get(&var).cloned(), &|_| false, &mut granted);
        let trace = result.map_err(|error| self.failure(&error))?;
        note(notes, trace.not_finite);
        trace
            .outputs
            .into_iter()
            .next()
            .ok_or_else(|| self.mistake(NO_NUMBERS, "nothing was computed".to_owned()))
    }

    /// An expression in the notation of the language.
    pub(crate) fn text_of(&mut self, expr: Expr) -> Result<String, Errors> {
        print::print(&mut self.store, expr, Notation::Text).map_err(|error| self.limit(error))
    }

    /// All variables on which the function depends have values.
    fn check_complete(&self, bound: &Bound) -> Result<(), Errors> {
        let used = self.store.post_order(&[self.function]);
        let vars = used.into_iter().filter_map(|expr| self.store.as_var(expr));
        let missing: Vec<&str> = vars
            .filter(|var| !bound.values.contains_key(var))
            .map(|var| self.store.variable(var).name.as_str())
            .collect();
        match missing.as_slice() {
            [] => Ok(()),
            [name] => Err(self.mistake(BAD_INPUT, format!("the input for {name} is missing"))),
            names => Err(self.mistake(BAD_INPUT, format!("the inputs for {} are missing", names.join(", ")))),
        }
    }

    /// Remarks on inputs that are infinite or not numbers.
    fn not_finite_inputs(&self, bound: &Bound) -> Vec<String> {
        let remark = |(variable, expr): (&Variable, &Expr)| {
            let array = bound.values.get(&self.store.as_var(*expr)?)?;
            let odd = array.data().iter().find(|entry| !entry.is_finite())?;
            let what = if odd.is_nan() {
                "something that is not a number"
            } else {
                "an infinite number"
            };
            Some(format!("the input for {} has {what} in it", variable.name))
        };
        self.typing
            .variables
            .iter()
            .zip(&self.variables)
            .filter_map(remark)
            .collect()
    }

    /// An error of evaluation in the words of the user.
    pub(crate) fn failure(&self, error: &Error) -> Errors {
        match error {
            Error::MissingInput(var) => {
                let name = &self.store.variable(*var).name;
                self.mistake(BAD_INPUT, format!("the input for {name} is missing"))
            }
            Error::WrongShape(var) => {
                let name = &self.store.variable(*var).name;
                self.mistake(
                    BAD_INPUT,
                    format!("the input for {name} has another shape than declared"),
                )
            }
            Error::UnknownSize(name) => {
                let message = format!("the size of dimension {name} is not known: no input tells it; give it in dims");
                self.mistake(BAD_INPUT, message)
            }
            error => self.mistake(NO_NUMBERS, error.to_string()),
        }
    }

    fn size(&self, dim: Dim, bound: &Bound) -> Result<usize, Errors> {
        let value = |name: &str| bound.sizes.get(name).and_then(|size| i64::try_from(*size).ok());
        let size = self
            .store
            .dims
            .evaluate(dim, &value)
            .and_then(|size| usize::try_from(size).ok());
        size.ok_or_else(|| self.failure(&Error::UnknownSize(self.store.dims.text(dim))))
    }

    /// Sizes and values that fit the declarations.
    pub(crate) fn bind(&self, inputs: &Inputs) -> Result<Bound, Errors> {
        let mut bound = Bound {
            sizes: inputs.sizes.clone(),
            values: BTreeMap::new(),
            imaginary: BTreeMap::new(),
        };
        // Who told a size, for the message when somebody tells another one.
        let mut told: BTreeMap<String, String> = BTreeMap::new();
        let pairs: Vec<(&Variable, &Expr)> = self.typing.variables.iter().zip(&self.variables).collect();
        for (variable, expr) in &pairs {
            let Some(array) = inputs.values.get(&variable.name) else {
                continue;
            };
            let array = self.fitting(variable, array)?;
            for (at, dim) in variable.shape.axes().into_iter().enumerate() {
                let size = array.shape()[at];
                if let Some(name) = self.store.dims.as_name(dim) {
                    let known = bound.sizes.get(name).copied();
                    if let Some(known) = known.filter(|known| *known != size) {
                        let teller = told
                            .get(name)
                            .cloned()
                            .unwrap_or_else(|| format!("{name} is {known} in dims"));
                        let message = format!(
                            "{name} has two sizes: {teller}, but {} has {size} {}",
                            variable.name,
                            axis_noun(variable, at)
                        );
                        return Err(self.mistake(BAD_INPUT, message));
                    }
                    bound.sizes.insert(name.to_owned(), size);
                    told.entry(name.to_owned()).or_insert_with(|| {
                        format!("{} has {name} = {size} {}", variable.name, axis_noun(variable, at))
                    });
                }
            }
            if let Some(var) = self.store.as_var(**expr) {
                if let Some(imaginary) = self.imaginary_part(variable, &array, inputs)? {
                    bound.imaginary.insert(var, imaginary);
                }
                bound.values.insert(var, array);
            }
        }
        for (variable, expr) in &pairs {
            let Some(array) = self.store.as_var(**expr).and_then(|var| bound.values.get(&var)) else {
                continue;
            };
            self.check_sizes(variable, array, &bound)?;
            self.check_structure(variable, array)?;
            if let Some(imaginary) = self.store.as_var(**expr).and_then(|var| bound.imaginary.get(&var)) {
                self.check_structure(variable, imaginary)?;
            }
        }
        Ok(bound)
    }

    /// The imaginary part of an input, which a real variable does not have.
    fn imaginary_part(
        &self,
        variable: &Variable,
        real: &Array<f64>,
        inputs: &Inputs,
    ) -> Result<Option<Array<f64>>, Errors> {
        let name = &variable.name;
        match inputs.imaginary.get(name) {
            None => Ok(None),
            Some(_) if !variable.complex => {
                let message = format!("the input for {name} has imaginary parts, but {name} is not declared complex");
                Err(self.mistake(BAD_INPUT, message))
            }
            Some(imaginary) if imaginary.shape() == real.shape() => Ok(Some(imaginary.clone())),
            Some(_) => {
                let message = format!("the real and the imaginary part of {name} differ in shape");
                Err(self.mistake(BAD_INPUT, message))
            }
        }
    }

    /// The array with the axes that the variable has: a number is also a scalar array, a row a vector's list.
    fn fitting(&self, variable: &Variable, array: &Array<f64>) -> Result<Array<f64>, Errors> {
        if array.rank() == variable.shape.axes().len() {
            return Ok(array.clone());
        }
        let noun = |rank: usize| match rank {
            0 => "a number".to_owned(),
            1 => "a vector".to_owned(),
            2 => "a matrix".to_owned(),
            rank => format!("an array with {rank} axes"),
        };
        let message = format!(
            "the input for {} is {}, but it is declared as {}",
            variable.name,
            noun(array.rank()),
            variable.declaration(&self.store.dims)
        );
        Err(self.mistake(BAD_INPUT, message))
    }

    fn check_sizes(&self, variable: &Variable, array: &Array<f64>, bound: &Bound) -> Result<(), Errors> {
        for (at, dim) in variable.shape.axes().into_iter().enumerate() {
            let wanted = self.size(dim, bound)?;
            let found = array.shape()[at];
            if wanted != found {
                let text = self.store.dims.text(dim);
                let wanted = match wanted.to_string() {
                    number if number == text => number,
                    number => format!("{text} = {number}"),
                };
                let message = format!(
                    "{} has {found} {}, but they should be {wanted}",
                    variable.name,
                    axis_noun(variable, at)
                );
                return Err(self.mistake(BAD_INPUT, message));
            }
        }
        Ok(())
    }

    /// Declared structure that the data do not have is an error, never silently repaired.
    fn check_structure(&self, variable: &Variable, array: &Array<f64>) -> Result<(), Errors> {
        let name = &variable.name;
        let lacks = |what: &str| {
            Err(self.mistake(
                BAD_STRUCTURE,
                format!("{name} is declared {what}, but its value is not {what}"),
            ))
        };
        if variable.positive && !array.data().iter().all(|entry| *entry > 0.0) {
            return lacks("positive");
        }
        let Some(kind) = variable.structure.kind() else {
            return Ok(());
        };
        let scale = array.max_abs().max(f64::MIN_POSITIVE);
        // What is not finite has no distance: it is equal or not, and one that is not a number is like another.
        let distance = |a: f64, b: f64| match a == b || (a.is_nan() && b.is_nan()) {
            true => 0.0,
            false if (a - b).is_nan() => f64::INFINITY,
            false => (a - b).abs(),
        };
        let gap = |i: usize, j: usize, sign: f64| {
            let (a, b) = (array.get(&[i, j]).unwrap_or(&0.0), array.get(&[j, i]).unwrap_or(&0.0));
            distance(*a, sign * b)
        };
        let n = array.shape()[0];
        let pairs = || (0..n).flat_map(move |i| (0..n).map(move |j| (i, j)));
        let entry = |i: usize, j: usize| distance(array.get(&[i, j]).copied().unwrap_or(0.0), 0.0);
        let worst = match variable.structure {
            Structure::Symmetric | Structure::Posdef => pairs().map(|(i, j)| gap(i, j, 1.0)).fold(0.0, f64::max),
            Structure::Skew => pairs().map(|(i, j)| gap(i, j, -1.0)).fold(0.0, f64::max),
            Structure::Diagonal => pairs()
                .filter(|(i, j)| i != j)
                .map(|(i, j)| entry(i, j))
                .fold(0.0, f64::max),
            Structure::Lower => pairs()
                .filter(|(i, j)| i < j)
                .map(|(i, j)| entry(i, j))
                .fold(0.0, f64::max),
            Structure::Orthogonal => {
                let product = array.transpose().and_then(|transposed| f64::matmul(&transposed, array));
                let gap = product.and_then(|product| product.sub(&Array::eye(n)?));
                let largest = gap.map_or(f64::NAN, |gap| gap.max_abs());
                if largest.is_nan() { f64::INFINITY } else { largest }
            }
            Structure::General => 0.0,
        };
        // A scale that is not finite tolerates nothing.
        let tolerance = if scale.is_finite() {
            STRUCTURE_TOLERANCE * scale
        } else {
            0.0
        };
        if worst > tolerance {
            return lacks(if variable.structure == Structure::Posdef {
                "symmetric"
            } else {
                kind
            });
        }
        if variable.structure.facts().has(Facts::POSDEF) && f64::cholesky(array).is_err() {
            return lacks("positive definite");
        }
        Ok(())
    }
}

fn axis_noun(variable: &Variable, at: usize) -> &'static str {
    match (variable.shape.axes().len(), at) {
        (1, _) => "entries",
        (2, 0) => "rows",
        (2, _) => "columns",
        _ => "entries along an axis",
    }
}

fn note(notes: &mut Vec<String>, operation: Option<&'static str>) {
    // Inputs that are not finite are named once for all.
    if let Some(operation) = operation.filter(|operation| *operation != "an input") {
        let note = format!("{operation} made a number that is not finite");
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
}
