//! LaTeX as people write it in papers, and what it is in the language.

use gateaux_syntax::latex::{self, Vocabulary};
use gateaux_syntax::{Statement, Tree};
use proptest::prelude::*;

/// The functions that the formulas below use.
const FUNCTIONS: &str = "exp log sin cos tan arctan sinh cosh tanh sqrt abs sign relu sigmoid softplus erf sum mean prod norm1 \
                         norm2 norminf tr trace det logdet dot logsumexp softmax inv pinv adj diag vec kron sym skew \
                         expm logm max min real imag conj maximum lmax where nuclear spectral lgamma digamma reshape";

fn read(text: &str) -> Result<String, String> {
    let is_function = |name: &str| FUNCTIONS.split_whitespace().any(|known| known == name);
    let vocabulary = Vocabulary {
        is_function: &is_function,
        names: &[],
    };
    let (tree, diagnostics) = latex::parse(text, &vocabulary);
    for (_, node) in tree.nodes() {
        assert!(text.get(node.span.start..node.span.end).is_some(), "{text:?}: {node:?}");
    }
    match diagnostics.as_slice() {
        [] => Ok(shown(&tree)),
        all => Err(all
            .iter()
            .map(|d| format!("{d} at {:?}", &text[d.span.start..d.span.end]))
            .collect::<Vec<_>>()
            .join("; ")),
    }
}

fn shown(tree: &Tree) -> String {
    let statements = tree.statements().iter().filter_map(|statement| match statement {
        Statement::Declaration(_) => None,
        Statement::Definition(d) => Some(format!("{} = {}", d.name.text, tree.to_text(d.body))),
        Statement::Expression(root) => Some(tree.to_text(*root)),
    });
    statements.collect::<Vec<_>>().join("; ")
}

/// A formula in LaTeX, and in the language.
#[rustfmt::skip]
const FORMULAS: &[(&str, &str)] = &[
    // Least squares and quadratic forms.
    (r"\|Ax - b\|_2^2", "‖x‖₂(A*x - b)^2"),
    (r"\|Ax-b\|^2", "norm2(A*x - b)^2"),
    (r"\frac{1}{2}\lVert A\mathbf{x} - \mathbf{b} \rVert_2^2", "1/2*‖x‖₂(A*x - b)^2"),
    (r"\frac12 \left\| A x - b \right\|^{2}_{2} + \frac\lambda2 \|x\|_2^2", "1/2*‖x‖₂(A*x - b)^2 + lambda/2*‖x‖₂(x)^2"),
    (r"\tfrac{1}{2} x^T Q x + c^T x", "1/2*x'*Q*x + c'*x"),
    (r"x^{\top} A x", "x'*A*x"),
    (r"\mathbf{x}^{\mathsf{T}}\mathbf{A}\mathbf{x}", "x'*A*x"),
    (r"\boldsymbol{x}^\intercal \boldsymbol{A}\boldsymbol{x}", "x'*A*x"),
    (r"(y - X\beta)'(y - X\beta)", "(y - X*beta)'*(y - X*beta)"),
    (r"(\mathbf{y}-\mathbf{X}\boldsymbol{\beta})^\top(\mathbf{y}-\mathbf{X}\boldsymbol{\beta})", "(y - X*beta)'*(y - X*beta)"),
    (r"2A^\top(Ax-b)", "2*A'*(A*x - b)"),
    (r"2 A^{\top} \left(A x - b\right)", "2*A'*(A*x - b)"),
    (r"\left(A + A^{\top}\right) x", "(A + A')*x"),
    (r"\langle x, A x\rangle - 2\langle b, x \rangle", "dot(x, A*x) - 2*dot(b, x)"),
    (r"\left\langle \nabla_f, x\right\rangle", "!G0130"),
    (r"\|X\|_F^2", "norm2(X)^2"),
    (r"\lVert M - UV^\top\rVert_{\mathrm{F}}^2 + \mu\,\lVert U \rVert_*", "norm2(M - U*V')^2 + mu*nuclear(U)"),
    (r"\|x\|_1 + \|x\|_\infty + \|x\|_{p}", "norm1(x) + norminf(x) + norm(x, p)"),
    // Traces and determinants.
    (r"\operatorname{tr}(X^\top A X)", "tr(X'*A*X)"),
    (r"\mathrm{tr}\left(A X^{-1} B\right)", "tr(A*X^-1*B)"),
    (r"\text{Tr}(AXB)", "tr(A*X*B)"),
    (r"\operatorname{Tr} A B + c", "tr(A*B) + c"),
    (r"\Tr\left[ \rho \log\rho \right]", "tr(rho*log(rho))"),
    (r"tr(AB)", "tr(A*B)"),
    (r"\operatorname{tr}(A)B", "tr(A)*B"),
    (r"\log\det X", "log(det(X))"),
    (r"\log \det \left( X^\top X + \epsilon I \right)", "log(det(X'*X + epsilon*I))"),
    (r"-\log|\Sigma| - \tr(S\Sigma^{-1})", "-log(|x|(Sigma)) - tr(S*Sigma^-1)"),
    (r"\ln\lvert\mathbf{\Sigma}\rvert", "log(|x|(Sigma))"),
    (r"\frac{1}{2}\ln\left|\Lambda\right|", "1/2*log(|x|(Lambda))"),
    (r"\det(A)^{-1}", "det(A)^-1"),
    (r"\det A \cdot \det B", "det(A*det(B))"),
    (r"X^{-\top}", "inv(X)'"),
    (r"X^{-T} + (X^{-1})^T", "inv(X)' + (X^-1)'"),
    (r"A^{+} b + A^\dagger b", "!G0133"),
    (r"A^{+} b", "pinv(A)*b"),
    (r"z^{\mathsf{H}} A z + z^H z", "z†*A*z + z†*z"),
    // Gaussians and likelihoods.
    (r"(\mathbf{x}-\boldsymbol{\mu})^\top \boldsymbol{\Sigma}^{-1} (\mathbf{x}-\boldsymbol{\mu})", "(x - mu)'*Sigma^-1*(x - mu)"),
    (r"-\frac{n}{2}\log(2\pi) - \frac{1}{2}\log\det\Sigma", "-(n/2)*log(2*pi) - 1/2*log(det(Sigma))"),
    (r"\exp\left\{-\frac{1}{2}(x-\mu)^\top\Sigma^{-1}(x-\mu)\right\}", "exp(-(1/2)*(x - mu)'*Sigma^-1*(x - mu))"),
    (r"e^{-\|x-y\|^2/(2\sigma^2)}", "exp(-norm2(x - y)^2/(2*sigma^2))"),
    (r"\exp\bigl(-\gamma\|x-y\|^2\bigr)", "exp(-gamma*norm2(x - y)^2)"),
    (r"e^\top e", "e'*e"),
    (r"\Sigma^{1/2} z + \Sigma^{-\frac12} w", "x^{1/2}(Sigma)*z + x^{1/2}(Sigma)^-1*w"),
    // Learning.
    (r"\sigma(\mathbf{w}^\top \mathbf{x} + b)", "sigmoid(w'*x + b)"),
    (r"\log\left(1 + \exp(-y\, w^\top x)\right)", "log(1 + exp(-y*w'*x))"),
    (r"\operatorname{softmax}(Wx + b)", "softmax(W*x + b)"),
    (r"\mathrm{ReLU}(W_1 x + b_1)", "relu(W1*x + b1)"),
    (r"W^{(2)}\tanh(W^{(1)}x + b^{(1)}) + b^{(2)}", "W2*tanh(W1*x + b1) + b2"),
    (r"W_{\mathrm{out}} h + b_{\text{out}}", "W_out*h + b_out"),
    (r"\| y - \hat{y} \|_2", "‖x‖₂(y - y_hat)"),
    (r"(y - \bar{y}\mathbf{1})^\top(y - \bar{y}\mathbf{1})", "(y - y_bar*vector(1))'*(y - y_bar*vector(1))"),
    (r"\mathbf{1}^\top x", "vector(1)'*x"),
    (r"1^T x", "vector(1)'*x"),
    (r"\mathbf{1}_n^\top x + \mathbf{1}_{m\times n}", "ones(n)'*x + ones(m, n)"),
    (r"\operatorname{logsumexp}(Ax) - \max(x)", "logsumexp(A*x) - max(x)"),
    (r"\max\{0, x\}", "max(0, x)"),
    (r"\hat{\boldsymbol\beta}^\top\hat\beta", "!G0133"),
    (r"\hat{\beta}^\top\hat\beta", "beta_hat'*beta_hat"),
    // Elementwise, Kronecker and blocks.
    (r"A \odot B + a \circ b", "A.*B + a.*b"),
    (r"Wx \odot Uh", "W*x.*(U*h)"), (r"A \otimes Bx", "A ⊗ (B*x)"),
    (r"x^{\odot 2} \oslash y", "x.^2./y"),
    (r"(B^\top \otimes A)\operatorname{vec}(X)", "B' ⊗ A*vec(X)"),
    (r"\operatorname{diag}(x) A", "diag(x)*A"),
    (r"\begin{bmatrix} A & B \\ C & D \end{bmatrix} \begin{pmatrix} x \\ y \end{pmatrix}", "[A, B; C, D]*[x; y]"),
    (r"\begin{cases} x & \text{if } x > 0 \\ \alpha x & \text{otherwise} \end{cases}", "where(x > 0, x, alpha*x)"),
    (r"a \times b + 3 \times 4", "cross(a, b) + 3*4"),
    // Functions without brackets, powers of functions.
    (r"\sin x \cos y", "sin(x)*cos(y)"),
    (r"\sin^2 x + \cos^{2}(x)", "sin(x)^2 + cos(x)^2"),
    (r"\log x / n", "log(x)/n"),
    (r"\log_2 x", "log(x)/log(2)"),
    (r"\sqrt{x^\top x} + \sqrt[3]{a}", "sqrt(x'*x) + a^(1/3)"),
    (r"\tan^{-1}(a)", "arctan(a)"),
    (r"\log\Gamma(a) + \psi(a)", "lgamma(a) + digamma(a)"),
    (r"\overline{z} z", "conj(z)*z"),
    (r"\lambda_{\max}(S) + \lambda (x^\top x - 1)", "lmax(S) + lambda*(x'*x - 1)"),
    // Layout, definitions and identities.
    (r"\left. x^\top x \right.", "x'*x"),
    (r"\bigl( x \bigr)^\top \! y \;.", "x'*y"),
    (r"$$ f(x) = x^\top A x. $$", "f = x'*A*x"),
    (r"r = Ax - b,\quad r^\top r", "r = A*x - b; r'*r"),
    (r"\begin{align} f(x) &= x^\top A x \\ &\quad + b^\top x \label{eq:f} \end{align}", "f = x'*A*x + b'*x"),
    (r"A - \lambda I_n", "A - lambda*eye(n)"),
    (r"\mathbf{A} - \lambda\mathbf{I} % the shift", "A - lambda*I"),
    (r"1/2\, x^\top x", "1/2*x'*x"),
    (r"x^\top x / 2", "x'*x/2"),
    (r"|x| + |y||z|", "|x|(x) + |x|(y)*|x|(z)"),
    ("A: matrix(m, n); x1: vector(n)\nA x1", "A*x1"),
    ("loss: scalar\n2loss", "2*loss"),
    ("dX: matrix(m, n); A: matrix(n, m)\n\\operatorname{tr}\\left(A \\, \\mathrm{d}X\\right)", "tr(A*dX)"),
    ("x: vector(n)\nx_{1} x_{2:n}", "x[1]*x[2:n]"),
    ("A: matrix(m, n)\nA_{1,:} A_{:,2}", "A[1,:]*A[:,2]"),
    (r"||Ax - b||^2 + ||x||_1", "norm2(A*x - b)^2 + norm1(x)"), (r"| |x| - y |", "|x|(|x|(x) - y)"),
    (r"x^{\odot \frac{a + b + c}{2 a b c}}", "x.^((a + b + c)/(2*a*b*c))"), (r"A^{\circ -1}", "A.^-1"),
    // What must be refused.
    (r"x^\top x, \quad x \in \mathbb{R}^n", "!G0136"), (r"x \in \mathbb{R}^n", "!G0136"),
    (r"\mathbb{E}[x^\top x]", "!G0135"), (r"f(Ax + b)", "!G0135"), (r"\operatorname{rank}(AB)", "!G0135"),
    (r"f'(x)", "!G0135"), (r"\Gamma(x + 1)", "!G0135"), (r"\mathrm{loss} + 1", "loss + 1"),
    (r"x/2y", "!G0133"), (r"\frac{\partial f}{\partial x}", "!G0130"), (r"\sum_{i=1}^n x_i^2", "!G0134"),
    (r"f(x) + 1", "!G0135"), (r"\foo x", "!G0130"), (r"(x + y", "!G0131"), (r"(x]", "!G0131"), (r"x +", "!G0132"),
    (r"\frac{1}", "!G0132"), (r"x^", "!G0132"), (r"2 3", "!G0133"), (r"\log x (y + z)", "!G0133"), (r"", "!G0100"),
    (r"a = b = c", "!G0136"), (r"\mathbf{x}^\top x", "!G0133"), (r"x^*", "!G0133"), (r"x''", "!G0133"),
    (r"\min_x \|x\|", "!G0130"), (r"x \quad y", "x*y"), (r"\operatorname{rank}(A)", "!G0135"), (r"}", "!G0132"),
    (r"x}", "!G0131"), (r"x_", "!G0132"),
];

#[test]
fn formulas_are_read_as_people_mean_them() {
    let mut wrong = Vec::new();
    for (latex, want) in FORMULAS {
        let got = read(latex);
        let is_right = match (&got, want.strip_prefix('!')) {
            (Err(message), Some(code)) => message.contains(code),
            (Ok(text), None) => text == want,
            _ => false,
        };
        if !is_right {
            wrong.push(format!("{latex}\n   {got:?}\n   wanted {want}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        FORMULAS.len(),
        wrong.join("\n")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        let _ = read(&text);
        let _ = latex::equations(&text);
    }

    #[test]
    fn any_text_in_the_alphabet_of_latex_is_read(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "x", "A", "ab", "2", ".5", "\\frac", "\\sqrt", "{", "}", "^", "_", "(", ")", "[", "]", "\\{", "\\}", "|", "\\|",
            "\\left", "\\right", "\\left(", "\\right)", "\\top", "\\log", "\\det", "\\operatorname{tr}", "\\mathrm", "\\text",
            "\\mathbf{1}", "\\mathbf{x}", "\\hat", "I", "+", "-", "\\cdot", "/", "\\times", "\\odot", "\\otimes", ",", ";",
            ":", "=", "&", "\\\\", "\\begin{bmatrix}", "\\end{bmatrix}", "\\begin{cases}", "\\end{cases}", "\\sigma", "\\psi",
            "\\lambda", "\\langle", "\\rangle", "'", "e", "%", "\n", " ", "\\,", "\\foo", "\\sum", "\\overline", "\\dagger", "∈",
            "x: vector(n);", "\\mathrm{d}", "K_{m,n}", "^{-1}", "^{(1)}", "\\text{if }", "\\text{otherwise}", "<", "\\", "é",
        ]), 0..40)
    ) {
        let text = pieces.concat();
        let _ = read(&text);
        let _ = latex::equations(&text);
    }
}

#[test]
fn hostile_texts_are_answered_soon() {
    let deep = 100_000;
    let texts = [
        "{".repeat(deep),
        "x^".repeat(deep),
        "x^{".repeat(deep),
        format!("{}x{}", "\\frac{".repeat(deep), "}{2}".repeat(deep)),
        format!("{}x{}", "(".repeat(deep), ")".repeat(deep)),
        "\\hat".repeat(deep),
        "\\mathrm{d}".repeat(deep),
        "\\log".repeat(deep),
        "-".repeat(deep),
        "|".repeat(deep),
        "x_{1}".repeat(deep),
        "\\begin{bmatrix}".repeat(deep),
        "x &".repeat(deep),
        "\\\\&&".repeat(deep),
        "t = 1, ".repeat(deep),
        "a".repeat(deep),
        "x y ".repeat(deep / 2),
        "x + ".repeat(deep),
        "x_1^{2}".repeat(deep / 4),
        "\\sqrt[".repeat(deep),
        "a(b".repeat(deep / 2),
        (0..deep / 10).map(|at| format!("t_{{{at}}} = x, ")).collect(),
    ];
    let mut slow = Vec::new();
    for text in &texts {
        let start = std::time::Instant::now();
        let _ = read(text);
        let _ = latex::equations(text);
        let shown: String = text.chars().take(20).collect();
        if start.elapsed().as_secs() >= 10 {
            slow.push(format!("{shown} takes {:?}", start.elapsed()));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}
