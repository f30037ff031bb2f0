//! Lowering: from expressions to steps.

use std::collections::{BTreeSet, HashMap};

use gateaux_core::expr::{Dim, ElementPower, Expr, Facts, Form, MatrixPower, Rational, Shape, Store};
use gateaux_core::ops::{self, Kernel};

use crate::program::{Error, Instruction, Program, Sizes, Slot, Step};

impl Program {
    /// The program that computes the expressions, for these sizes.
    ///
    /// # Errors
    /// [`Error::UnknownSize`], [`Error::BadSize`].
    ///
    /// # Cost
    /// Linear in the number of distinct subexpressions.
    pub fn lower(store: &mut Store, roots: &[Expr], sizes: &Sizes) -> Result<Program, Error> {
        let order = store.post_order(roots);
        let mut lowering = Lowering {
            sizes,
            program: Program::default(),
            slots: HashMap::new(),
            decompositions: HashMap::new(),
        };
        for expr in order {
            lowering.expr(store, expr)?;
        }
        let mut outputs = Vec::with_capacity(roots.len());
        for root in roots {
            outputs.push(lowering.slot(store, *root)?);
        }
        lowering.program.outputs = outputs;
        lowering.program.drop_unused();
        Ok(lowering.program)
    }

    /// Removes steps on which no output depends: exponents that became part of an instruction.
    fn drop_unused(&mut self) {
        let mut used = vec![false; self.steps.len()];
        for output in &self.outputs {
            used[*output] = true;
        }
        for at in (0..self.steps.len()).rev() {
            if used[at] {
                for operand in &self.steps[at].operands {
                    used[*operand] = true;
                }
            }
        }
        let mut place = vec![0; self.steps.len()];
        let mut kept = Vec::with_capacity(self.steps.len());
        for (at, mut step) in std::mem::take(&mut self.steps).into_iter().enumerate() {
            if used[at] {
                step.operands.iter_mut().for_each(|operand| *operand = place[*operand]);
                place[at] = kept.len();
                kept.push(step);
            }
        }
        self.steps = kept;
        self.outputs.iter_mut().for_each(|output| *output = place[*output]);
    }
}

pub(crate) struct Lowering<'a> {
    sizes: &'a Sizes,
    program: Program,
    slots: HashMap<Expr, Slot>,
    /// One decomposition serves values and vectors: by matrix, whether into singular values.
    decompositions: HashMap<(Expr, bool), Slot>,
}

impl Lowering<'_> {
    pub(crate) fn size(&self, store: &Store, dim: Dim) -> Result<usize, Error> {
        for name in store.dims.names(dim) {
            if !self.sizes.contains_key(&name) {
                return Err(Error::UnknownSize(name));
            }
        }
        let value = |name: &str| self.sizes.get(name).and_then(|size| i64::try_from(*size).ok());
        let size = store
            .dims
            .evaluate(dim, &value)
            .and_then(|size| usize::try_from(size).ok());
        size.ok_or_else(|| Error::BadSize(store.dims.text(dim)))
    }

    fn shape(&self, store: &Store, shape: Shape) -> Result<Vec<usize>, Error> {
        shape.axes().into_iter().map(|dim| self.size(store, dim)).collect()
    }

    pub(crate) fn step(&mut self, instruction: Instruction, operands: Vec<Slot>, shape: Vec<usize>) -> Slot {
        self.program.steps.push(Step {
            instruction,
            operands,
            shape,
            facts: Facts::NONE,
        });
        self.program.steps.len() - 1
    }

    pub(crate) fn slot(&mut self, store: &mut Store, expr: Expr) -> Result<Slot, Error> {
        match self.slots.get(&expr) {
            Some(slot) => Ok(*slot),
            None => {
                // Made while lowering: its parts may not be lowered yet.
                let (mut todo, mut missing) = (vec![expr], BTreeSet::new());
                while let Some(part) = todo.pop() {
                    if !self.slots.contains_key(&part) && missing.insert(part) {
                        todo.extend(store.children(part));
                    }
                }
                for part in missing {
                    self.expr(store, part)?;
                }
                Ok(self.slots[&expr])
            }
        }
    }

    fn expr(&mut self, store: &mut Store, expr: Expr) -> Result<(), Error> {
        if self.slots.contains_key(&expr) {
            return Ok(());
        }
        let shape = self.shape(store, store.shape(expr))?;
        let slot = match self.without_cancellation(store, expr, &shape)? {
            Some(slot) => slot,
            None => match self.assembled(store, expr, &shape)? {
                Some(slot) => slot,
                None => self.form(store, expr, shape)?,
            },
        };
        // A slot may be the value of several expressions; what is known of each is true of it.
        let known = self.program.steps[slot].facts | store.facts(expr);
        self.program.steps[slot].facts = known;
        self.slots.insert(expr, slot);
        Ok(())
    }

    fn form(&mut self, store: &mut Store, expr: Expr, shape: Vec<usize>) -> Result<Slot, Error> {
        let constant = |value: i64| Instruction::Constant(Rational::from(value));
        let slot = match store.form(expr).clone() {
            Form::Number(value) => self.step(Instruction::Constant(value), vec![], shape),
            Form::Size(dim) => {
                let size = self.size(store, dim)?;
                let size = i64::try_from(size).map_err(|_| Error::BadSize(store.dims.text(dim)))?;
                self.step(constant(size), vec![], shape)
            }
            Form::Var(var) => self.step(Instruction::Input(var), vec![], shape),
            Form::Eye => self.step(Instruction::Eye, vec![], shape),
            Form::Ones => self.step(constant(1), vec![], shape),
            Form::Zero => self.step(constant(0), vec![], shape),
            Form::Select(start) => {
                let start = self.position(store, start, expr)?;
                self.step(Instruction::Select(start), vec![], shape)
            }
            Form::Tril => {
                let ones = self.step(constant(1), vec![], shape.clone());
                self.step(Instruction::Triangle(true), vec![ones], shape)
            }
            Form::Commutation(m, n) => {
                let (m, n) = (self.size(store, m)?, self.size(store, n)?);
                self.step(Instruction::Commutation(m, n), vec![], shape)
            }
            Form::Einsum(einsum) => {
                let operands = einsum
                    .operands
                    .iter()
                    .map(|operand| self.slots[&operand.expr])
                    .collect();
                let labels = einsum.operands.iter().map(|operand| operand.labels.to_vec()).collect();
                self.step(Instruction::Einsum(labels, einsum.output.to_vec()), operands, shape)
            }
            Form::Add(terms) => {
                let operands = terms.iter().map(|term| self.slots[&term.expr]).collect();
                let coefficients = terms.iter().map(|term| term.coefficient.clone()).collect();
                self.step(Instruction::Sum(coefficients), operands, shape)
            }
            Form::Scale(scalar, array) => {
                let operands = vec![self.slots[&scalar], self.slots[&array]];
                self.step(Instruction::Scale, operands, shape)
            }
            Form::MatMul(factors) => self.chain(store, expr, &factors)?,
            Form::Product(factors) => self.product(store, &factors, shape)?,
            Form::Transpose(inner) => self.unary(Instruction::Transpose, inner, shape),
            Form::Trace(inner) => self.unary(Instruction::Trace, inner, shape),
            Form::Sum(inner) => self.unary(Instruction::SumAll, inner, shape),
            Form::Diag(inner) => self.unary(Instruction::Diag, inner, shape),
            Form::DiagOf(inner) => self.unary(Instruction::DiagOf, inner, shape),
            Form::Reshape(inner) => self.unary(Instruction::Reshape, inner, shape),
            Form::Kron(a, b) => {
                let operands = vec![self.slots[&a], self.slots[&b]];
                self.step(Instruction::Kron, operands, shape)
            }
            Form::Call(function, args) if is_spectral(ops::op(function).kernel) => {
                self.part_of_decomposition(ops::op(function).kernel, args[0], shape)
            }
            Form::Call(function, args) => {
                let instruction = instruction(store, ops::op(function), &args);
                let used = match instruction {
                    Instruction::Rows(_) => &args[..1],
                    Instruction::Polygamma(_) => &args[1..],
                    _ => &args[..],
                };
                let operands = used.iter().map(|arg| self.slots[arg]).collect();
                self.step(instruction, operands, shape)
            }
        };
        Ok(slot)
    }

    /// Where columns of the identity begin, counted from 0; all of them must be there.
    fn position(&mut self, store: &mut Store, start: Dim, selection: Expr) -> Result<usize, Error> {
        let shape = self.shape(store, store.shape(selection))?;
        let out_of_range = || Error::OutOfRange {
            position: store.dims.text(start),
            size: shape[0],
        };
        // A position is no size: 0 and less are to be refused here.
        let position = self.size(store, start).map_err(|_| out_of_range())?;
        let count = shape.get(1).copied().unwrap_or(1);
        match position.checked_sub(1) {
            Some(first) if first.checked_add(count).is_some_and(|end| end <= shape[0]) => Ok(first),
            _ => Err(out_of_range()),
        }
    }

    /// Values or vectors, cut out of the decomposition of the matrix.
    fn part_of_decomposition(&mut self, part: Kernel, matrix: Expr, shape: Vec<usize>) -> Slot {
        let operand = self.slots[&matrix];
        let sizes = self.program.steps[operand].shape.clone();
        let (m, n) = (sizes[0], sizes[1]);
        let is_singular = !matches!(part, Kernel::Eigvals | Kernel::Eigvecs);
        let whole = match self.decompositions.get(&(matrix, is_singular)) {
            Some(slot) => *slot,
            None => {
                let (instruction, packed) = match is_singular {
                    true => (Instruction::Singular, vec![m + n + 1, m.min(n)]),
                    false => (Instruction::Eigen, vec![n, n + 1]),
                };
                let slot = self.step(instruction, vec![operand], packed);
                self.decompositions.insert((matrix, is_singular), slot);
                slot
            }
        };
        let (axis, start) = match part {
            Kernel::Eigvals => (1, n),
            Kernel::Eigvecs => (1, 0),
            Kernel::Svdvals => (0, m + n),
            Kernel::Svdv => (0, m),
            _ => (0, 0),
        };
        if part == Kernel::Svdvals {
            let row = self.step(Instruction::Slice { axis, start }, vec![whole], vec![1, m.min(n)]);
            return self.step(Instruction::Reshape, vec![row], shape);
        }
        self.step(Instruction::Slice { axis, start }, vec![whole], shape)
    }

    fn unary(&mut self, instruction: Instruction, operand: Expr, shape: Vec<usize>) -> Slot {
        let operand = self.slots[&operand];
        self.step(instruction, vec![operand], shape)
    }

    /// A product, from the side of the vector if there is one. `X^-1` before something is a solve.
    fn chain(&mut self, store: &mut Store, whole: Expr, factors: &[MatrixPower]) -> Result<Slot, Error> {
        let seam = factors
            .iter()
            .skip(1)
            .position(|f| matches!(store.shape(f.base), Shape::Row(_)));
        // The row of a long product shares the steps of the column that it is the transpose of.
        if let ([MatrixPower { base, .. }, _], Shape::Row(n)) = (factors, store.shape(whole))
            && matches!(store.form(*base), Form::MatMul(_))
        {
            let column = store.transpose(whole)?;
            let column = self.slot(store, column)?;
            let size = self.size(store, n)?;
            return Ok(self.step(Instruction::Transpose, vec![column], vec![1, size]));
        }
        if let (Some(at), Shape::Matrix(..)) = (seam, store.shape(whole)) {
            let (head, tail) = factors.split_at(at + 1);
            let (column, row) = (self.part(store, head)?, self.part(store, tail)?);
            let shape = self.shape(store, store.shape(whole))?;
            return Ok(self.step(Instruction::Product, vec![column, row], shape));
        }
        self.part(store, factors)
    }

    fn part(&mut self, store: &mut Store, factors: &[MatrixPower]) -> Result<Slot, Error> {
        // Each factor is multiplied to what stands behind it; with a row in front and no vector behind, the other
        // way around.
        let ends_with_vector = factors
            .last()
            .is_some_and(|f| matches!(store.shape(f.base), Shape::Vector(_)));
        let starts_with_row = factors
            .first()
            .is_some_and(|f| matches!(store.shape(f.base), Shape::Row(_)));
        if starts_with_row && !ends_with_vector && factors.len() > 1 {
            let mut reversed = Vec::with_capacity(factors.len());
            for factor in factors.iter().rev() {
                reversed.push(MatrixPower {
                    base: store.transpose(factor.base)?,
                    power: factor.power,
                });
            }
            if reversed.iter().all(|f| store.split_coefficient(f.base).0.is_one()) {
                let column = self.right_to_left(store, &reversed)?;
                let size = self.program.steps[column].shape[0];
                return Ok(self.step(Instruction::Transpose, vec![column], vec![1, size]));
            }
        }
        self.right_to_left(store, factors)
    }

    fn right_to_left(&mut self, store: &mut Store, factors: &[MatrixPower]) -> Result<Slot, Error> {
        let mut product: Option<(Slot, Shape)> = None;
        let mut factors = factors;
        if let Some(slot) = self.restricted_sum(store, factors)? {
            return Ok(slot);
        }
        // Some columns of a matrix are cut out, not multiplied with a matrix of zeros and ones.
        if let [.., matrix, selection] = factors
            && let (1, Form::Select(start)) = (matrix.power, store.form(selection.base).clone())
            && !matches!(store.form(matrix.base), Form::Eye)
        {
            let start = self.position(store, start, selection.base)?;
            let joined = product_shape(store.shape(matrix.base), store.shape(selection.base));
            let shape = self.shape(store, joined)?;
            let operand = self.slot(store, matrix.base)?;
            product = Some(match joined {
                Shape::Scalar => (
                    self.step(Instruction::Product, vec![operand, self.slots[&selection.base]], shape),
                    joined,
                ),
                _ => (
                    self.step(Instruction::Slice { axis: 1, start }, vec![operand], shape),
                    joined,
                ),
            });
            factors = &factors[..factors.len() - 2];
        }
        for factor in factors.iter().rev() {
            if let (Some((rest, rest_shape)), Form::Transpose(inner)) = (product, store.form(factor.base).clone())
                && let Form::Select(start) = *store.form(inner)
                && !rest_shape.is_scalar()
            {
                let start = self.position(store, start, inner)?;
                let joined = product_shape(store.shape(factor.base), rest_shape);
                let shape = self.shape(store, joined)?;
                product = Some((
                    self.step(Instruction::Slice { axis: 0, start }, vec![rest], shape),
                    joined,
                ));
                continue;
            }
            if let (Some((rest, rest_shape @ Shape::Vector(_))), 1) = (product, factor.power)
                && let Some(from_the_end) = triangle_of_ones(store, factor.base)
            {
                let shape = self.shape(store, rest_shape)?;
                product = Some((
                    self.step(Instruction::Cumulate(from_the_end), vec![rest], shape),
                    rest_shape,
                ));
                continue;
            }
            let base = self.slot(store, factor.base)?;
            let base_shape = store.shape(factor.base);
            let posdef = store.facts(factor.base).has(Facts::POSDEF);
            // A few factors go one by one to a vector; a high power is made by squaring first.
            let to_vector = matches!(product, Some((_, Shape::Vector(_))));
            if factor.power.unsigned_abs() > if to_vector { 64 } else { 4 } {
                let power = self.squared(store, base, base_shape, factor.power)?;
                product = Some(match product {
                    None => (power, base_shape),
                    Some((rest, rest_shape)) => {
                        let joined = product_shape(base_shape, rest_shape);
                        let shape = self.shape(store, joined)?;
                        (self.step(Instruction::Product, vec![power, rest], shape), joined)
                    }
                });
                continue;
            }
            for _ in 0..factor.power.unsigned_abs() {
                product = Some(match product {
                    None if factor.power > 0 => (base, base_shape),
                    None => {
                        let shape = self.shape(store, base_shape)?;
                        (self.step(Instruction::Inverse, vec![base], shape), base_shape)
                    }
                    Some((rest, rest_shape)) => {
                        let joined = product_shape(base_shape, rest_shape);
                        let shape = self.shape(store, joined)?;
                        let instruction = if factor.power < 0 {
                            Instruction::Solve(posdef)
                        } else {
                            Instruction::Product
                        };
                        (self.step(instruction, vec![base, rest], shape), joined)
                    }
                });
            }
        }
        product
            .map(|(slot, _)| slot)
            .ok_or(Error::BadSize("an empty product".to_owned()))
    }

    /// A power of a square matrix by repeated squaring.
    fn squared(&mut self, store: &Store, base: Slot, shape: Shape, power: i64) -> Result<Slot, Error> {
        let shape = self.shape(store, shape)?;
        let mut square = match power {
            i64::MIN..0 => self.step(Instruction::Inverse, vec![base], shape.clone()),
            _ => base,
        };
        let (mut rest, mut result) = (power.unsigned_abs(), None);
        loop {
            if rest & 1 == 1 {
                result = Some(match result {
                    None => square,
                    Some(known) => self.step(Instruction::Product, vec![known, square], shape.clone()),
                });
            }
            rest >>= 1;
            if rest == 0 {
                return result.ok_or(Error::BadSize("a power".to_owned()));
            }
            square = self.step(Instruction::Product, vec![square, square], shape.clone());
        }
    }

    fn product(&mut self, store: &mut Store, factors: &[ElementPower], shape: Vec<usize>) -> Result<Slot, Error> {
        let mut slots = Vec::with_capacity(factors.len());
        // A triangle is cut out at last, so that what is not finite outside of it does no harm.
        let (mut lower, mut upper) = (false, false);
        for factor in factors {
            match *store.form(factor.base) {
                Form::Tril if factor.exponent == Store::ONE => lower = true,
                Form::Transpose(inner) if matches!(store.form(inner), Form::Tril) && factor.exponent == Store::ONE => {
                    upper = true;
                }
                _ => slots.push(self.power(store, *factor, &shape)?),
            }
        }
        let mut slots = slots.into_iter();
        let first = match slots.next() {
            Some(first) => first,
            None => self.step(Instruction::Constant(Rational::one()), vec![], shape.clone()),
        };
        let product = slots.fold(first, |product, slot| {
            self.step(Instruction::Entries, vec![product, slot], shape.clone())
        });
        let mut cut = |wanted: bool, lower: bool, slot: Slot| match wanted {
            true => self.step(Instruction::Triangle(lower), vec![slot], shape.clone()),
            false => slot,
        };
        let product = cut(lower, true, product);
        Ok(cut(upper, false, product))
    }

    /// `base^exponent`: `(r'*r)^(k/2)` is a power of the norm of r, which neither overflows nor underflows.
    fn power(&mut self, store: &mut Store, factor: ElementPower, shape: &[usize]) -> Result<Slot, Error> {
        let base = self.slots[&factor.base];
        if factor.exponent == Store::ONE {
            return Ok(base);
        }
        let number = store.as_number(factor.exponent).cloned();
        let Some(number) = number else {
            let exponent = self.slots[&factor.exponent];
            return Ok(self.step(Instruction::Power, vec![base, exponent], shape.to_vec()));
        };
        if let Some(power) = number.as_integer() {
            return Ok(self.step(Instruction::IntegerPower(power), vec![base], shape.to_vec()));
        }
        let Some(twice) = (&number * &Rational::from(2)).as_integer() else {
            let exponent = self.slots[&factor.exponent];
            return Ok(self.step(Instruction::Power, vec![base, exponent], shape.to_vec()));
        };
        let root = match store.shape(factor.base).is_scalar() {
            true => store.inner_square(factor.base)?,
            false => None,
        };
        let half = match root {
            Some(root) => {
                let root = self.slot(store, root)?;
                self.step(Instruction::Norm2, vec![root], shape.to_vec())
            }
            None => self.step(Instruction::SquareRoot, vec![base], shape.to_vec()),
        };
        Ok(match twice {
            1 => half,
            _ => self.step(Instruction::IntegerPower(twice), vec![half], shape.to_vec()),
        })
    }
}

/// Whether a square matrix has ones on one side of the diagonal, and then whether on the upper one.
fn triangle_of_ones(store: &Store, matrix: Expr) -> Option<bool> {
    store.shape(matrix).square()?;
    match *store.form(matrix) {
        Form::Tril => Some(false),
        Form::Transpose(inner) if matches!(store.form(inner), Form::Tril) => Some(true),
        _ => None,
    }
}

fn product_shape(lhs: Shape, rhs: Shape) -> Shape {
    match (lhs, rhs) {
        (Shape::Row(_), Shape::Vector(_)) => Shape::Scalar,
        (Shape::Row(_), other) => other.rows_and_columns().map_or(other, |(_, n)| Shape::Row(n)),
        (Shape::Matrix(m, _) | Shape::Vector(m), Shape::Vector(_)) => Shape::Vector(m),
        (Shape::Matrix(m, _) | Shape::Vector(m), other) => {
            other.rows_and_columns().map_or(other, |(_, n)| Shape::Matrix(m, n))
        }
        (Shape::Scalar | Shape::Tensor(_), other) => other,
    }
}

fn is_spectral(kernel: Kernel) -> bool {
    use Kernel::{Eigvals, Eigvecs, Svdu, Svdv, Svdvals};
    matches!(kernel, Eigvals | Eigvecs | Svdvals | Svdu | Svdv)
}

fn instruction(store: &Store, op: &ops::Op, args: &[Expr]) -> Instruction {
    let posdef = args.first().is_some_and(|arg| store.facts(*arg).has(Facts::POSDEF));
    let reduction = match op.kernel {
        Kernel::Matrix(function) | Kernel::Frechet(function) => return Instruction::MatrixFunction(function),
        Kernel::Pinv => Instruction::Pseudoinverse,
        Kernel::Chol => Instruction::Cholesky,
        Kernel::Gaps => Instruction::Gaps,
        Kernel::Eigvals | Kernel::Eigvecs => Instruction::Eigen,
        Kernel::Svdvals | Kernel::Svdu | Kernel::Svdv => Instruction::Singular,
        Kernel::Prod => Instruction::Prod,
        Kernel::Maximum => Instruction::Maximum,
        Kernel::Minimum => Instruction::Minimum,
        Kernel::Hardmax => Instruction::Hardmax,
        Kernel::Entries(function) => Instruction::Function(function),
        Kernel::Polygamma => Instruction::Polygamma(ops::natural(store, args[0]).unwrap_or(u32::MAX)),
        Kernel::Larger => Instruction::Larger,
        Kernel::Smaller => Instruction::Smaller,
        Kernel::Less => Instruction::Compare(false),
        Kernel::AtMost => Instruction::Compare(true),
        Kernel::Choice => Instruction::Choice,
        Kernel::Cross => return Instruction::Cross,
        // Functions without a kernel are replaced by their meaning when they are entered.
        Kernel::ImaginaryUnit => Instruction::ImaginaryUnit,
        Kernel::Pi | Kernel::None => Instruction::Pi,
        Kernel::Det => Instruction::Det,
        Kernel::Logdet => Instruction::Logdet(posdef),
        Kernel::Adjugate => Instruction::Adjugate,
        Kernel::LogSumExp => Instruction::LogSumExp,
        Kernel::Softmax => Instruction::Softmax,
    };
    // The second argument of a reduction is its axis.
    match (args.len(), op.is_elementwise()) {
        (2, false) => Instruction::Rows(Box::new(reduction)),
        _ => reduction,
    }
}
