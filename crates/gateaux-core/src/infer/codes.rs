//! The codes of all mistakes of kind and size: what each means, and a text that triggers it.
//!
//! A page of the manual is made from each row; a code is never reused.

gateaux_syntax::codes! {
    SUM_SHAPES "G0200" "a sum of different shapes" "x: vector(m)\ny: vector(n)\nx + y"
        "Both sides of `+` and `-` must have the same shape. Dimension names are rigid: a `vector(m)` and a `vector(n)` \
         are different. A row, such as `x'`, can be added to rows only."
    SCALAR_SUM "G0201" "the sum of a scalar and an array" "x: vector(n)\n1 + x"
        "`+` and `-` do not broadcast. Write `1 .+ x` to add the scalar to every entry, or `A + a*eye` to add it to the \
         diagonal."
    ELEMENTWISE_SHAPES "G0202" "an elementwise operation on different shapes" "x: vector(n)\nA: matrix(n, n)\nA .* x"
        "Elementwise operators take two arrays of the same shape, or a scalar and an array. Nothing else is broadcast; \
         write `x*vector(1)'` to repeat a column."
    PRODUCT_SIZES "G0204" "a product whose inner sizes differ" "A: matrix(m, n)\nb: vector(m)\nA*b"
        "In a matrix product the left factor has as many columns as the right factor has rows."
    PRODUCT_KINDS "G0205" "a product that needs a transpose" "x: vector(n)\ny: vector(n)\nx*y"
        "A vector is a column. The inner product is `x'*y`, the outer product `x*y'`, the elementwise product `x.*y`, and \
         a vector on the left of a matrix is written `x'*A`."
    TENSOR_PRODUCT "G0206" "a product with a tensor" "T: tensor(n, m, k)\nx: vector(k)\nT*x"
        "`*` is the matrix product, and a tensor has three or more axes. Say which axes meet by \
         `einsum(\"ijk,k->ij\", T, x)`."
    DIVISION "G0207" "a division by an array that is no square matrix" "x: vector(n)\n1/x"
        "`A/B` is `A*inv(B)` for a square matrix B, and anything may be divided by a scalar. The elementwise quotient is \
         `x./y`."
    SOLVE "G0208" "a solve that has no matrix on its left" "x: vector(n)\nx\\x"
        "`A\\b` is `inv(A)*b` for a square matrix A and a vector or matrix b."
    NOT_SQUARE "G0209" "a matrix that should be square and is not" "A: matrix(3, 4)\nA^2"
        "Powers, inverses and solves are defined for square matrices only. For least squares use `pinv`."
    EXPONENT "G0210" "a matrix power that is no integer literal" "X: matrix(n, n)\nX^0.5"
        "The exponent of a matrix is an integer literal such as `X^3` or `X^-1`. A positive definite matrix, by its \
         declaration or form, has every power: `S^0.5`. The square root is `sqrtm(X)`, and `X.^a` is elementwise."
    POWER "G0211" "a power of a vector or by an array" "X: matrix(n, n)\n2^X"
        "`^` is the power of scalars and the integer power of square matrices. Elementwise powers are written `x.^2` and \
         `2.^X`; the matrix exponential is `expm`."
    TENSOR_TRANSPOSE "G0212" "the transpose of a tensor" "T: tensor(n, m, k)\nT'"
        "Only scalars, vectors and matrices have a transpose. Permute axes by `einsum(\"ijk->kji\", T)`."
    ARGUMENT_KIND "G0214" "an argument of the wrong kind" "A: matrix(m, n)\nsoftmax(A)"
        "The function does not take an array of this kind at this place; the message says what it takes."
    ARGUMENT_SIZES "G0215" "arguments whose sizes do not fit" "A: matrix(3, 4)\ndet(A)"
        "The sizes of the arguments must agree with each other as the function's description says; for instance, the \
         determinant takes a square matrix."
    INDEX_RANGE "G0216" "an index out of range" "x: vector(3)\nx[4]"
        "Positions count from 1 to the size of the axis, and a range `i:j` includes both ends and is not empty."
    INDEX_COUNT "G0217" "a wrong number of indices" "A: matrix(3, 4)\nA[2]"
        "An array takes one index for each axis: `x[i]`, `A[i, j]`. A whole row or column is `A[i, :]` or `A[:, j]`. A \
         scalar takes none."
    NOT_A_SIZE "G0218" "something that is no index and no dimension" "x: vector(n)\nx[0.5]"
        "Indices and dimensions are integers, dimension names, and their sums and products."
    UNDETERMINED "G0219" "a constant array whose size nothing tells" "sum(vector(1))"
        "`vector(c)`, `matrix(c)`, `eye` and `I` take their size from what they are combined with. Where nothing tells it, \
         write the size: `ones(n)`, `eye(n)`."
    OPEN_SIZES "G0220" "sizes that the text does not determine" "x: vector(6)\nA: matrix(2, 3)\nsum(vec(B) + x) + sum(A)"
        "An equation between sizes has several solutions, for instance m*n = 6. Declare the variables."
    LARGE_SIZE "G0221" "a size that is too complicated"
        "A1 = kron(A, A); A2 = kron(A1, A1); A3 = kron(A2, A2); A4 = kron(A3, A3); A5 = kron(A4, A4); A6 = kron(A5, A5); \
         A7 = kron(A6, A6); A7"
        "A size may be a sum of at most 256 products of at most 64 factors, and `min` nests at most 16 times."
    SUBSCRIPTS "G0222" "subscripts of einsum that cannot be read" "A: matrix(m, n)\neinsum(\"ij->k\", A)"
        "The subscripts are one group of letters for each operand, separated by commas, then `->` and the letters of the \
         result, each of them once: `\"ij,jk->ik\"`. Every letter of the result stands in an operand."
    SUBSCRIPT_SIZES "G0223" "a letter of einsum with two sizes" "A: matrix(3, 4)\nB: matrix(5, 6)\neinsum(\"ij,jk->ik\", A, B)"
        "All axes with the same letter have the same size."
    SUBSCRIPT_RANK "G0224" "a wrong number of letters for an operand of einsum" "x: vector(n)\neinsum(\"ij->i\", x)"
        "An operand has one letter for each axis: none for a scalar, one for a vector, two for a matrix and for a row."
    COMPARISON "G0225" "a comparison outside where" "x: vector(n)\nx'*x <= 1"
        "A comparison has no number as its value. It can only be the condition of `where(x > 0, x, 0)`."
    CONDITION "G0226" "a where without a comparison" "x: vector(n)\nwhere(x, x, 0)"
        "The condition of `where` is a comparison: `where(x > 0, x, 0)`."
    ARRAY_SHAPES "G0227" "entries of an array that do not fit" "x: vector(n)\ny: vector(m)\n[x, y]"
        "Blocks beside each other, separated by commas, have equally many rows; blocks below each other, separated by \
         semicolons, equally many columns."
    RESHAPE "G0228" "a reshape that changes the number of entries" "X: matrix(2, 3)\nreshape(X, 3, 3)"
        "`reshape(X, m, n)` arranges the entries of X anew in an m by n matrix, column by column, and keeps their number."
    NOT_POSITIVE "G0229" "a dimension that is not a positive integer" "x: vector(0)\nsum(x)"
        "A dimension is a name or a positive integer."
    TOO_MANY_AXES "G0230" "an array with too many axes"
        "einsum(\"a,b,c,d,e,f,g,h,i,j,k,l,m->abcdefghijklm\", x, x, x, x, x, x, x, x, x, x, x, x, x)"
        "An array has at most 12 axes."

    NOT_SYMMETRIC "G0231" "a matrix that should be symmetric" ""
        "Eigenvalues and the Cholesky factor are those of matrices that are symmetric by their declaration or form, such \
         as `X'*X`. The symmetric part of a square matrix is `sym(X)`."

    NOT_REAL "G0232" "complex numbers where real ones are wanted" ""
        "Functions that are not analytic, such as `relu`, `max` and eigenvalues, take real numbers. Of a complex z there are \
         `real(z)`, `imag(z)` and `abs(z)`."

    UNKNOWN_FUNCTION "G0300" "a function that does not exist" "x: vector(n)\nnrom2(x)"
        "There is no function of this name. A product is written with `*`, an entry in square brackets: `x[2]`."
    LATER "G0301" "not available yet" ""
        "The formula is a right one, but this version cannot work with it yet: derivatives of matrix functions of the fifth order and above, say."
    NO_DEFAULT "G0302" "a name without a kind" "_x + 1"
        "The kind of an undeclared name goes by its first letter. Where that is neither Latin nor Greek, declare the name."
    UNKNOWN_KIND "G0303" "a kind that does not exist" "A: matrx(m, n)\nA"
        "The kinds are scalar, vector, matrix, tensor, symmetric, posdef, diagonal, skew, orthogonal and lower."
    TWICE "G0304" "a name declared or defined twice" "x: vector(n)\nx = 2*x\nsum(x)"
        "Every name is either declared or defined, and once."
    FUNCTION_NAME "G0305" "a variable with the name of a function" "det: matrix(n, n)\ndet"
        "A variable cannot have the name of a function or of a constant."
    DIMENSION_COUNT "G0306" "a wrong number of dimensions" "S: symmetric(m, n)\ntr(S)"
        "A scalar has no dimension, a vector one, a matrix two, a tensor three or more; a structured matrix is square and \
         has one."
    NOTHING "G0307" "a text without an expression" "x: vector(n)"
        "The last definition or bare expression is the function; a text of declarations alone has none."
    NOT_CALLED "G0308" "a function without its argument" "x: vector(n)\nexp*x"
        "A function stands with its arguments in parentheses."
    NOT_A_FUNCTION "G0309" "a variable used as a function" "x: vector(n)\nx(2)"
        "Parentheses behind a name call a function. An entry is written in square brackets, a product with `*`."
    TOO_EARLY "G0310" "a name used before its definition" "y = 2*z\nz = sin(x)\ny"
        "A definition can be used only in the statements below it."
    MODIFIER "G0311" "a word that cannot stand before a kind" ""
        "Only `complex` and `positive` may stand before a kind."
    NO_KINDS_FIT "G0312" "no kinds found for the undeclared names" ""
        "The search for kinds of undeclared names is bounded. Declare some of the names."
    OUTSIDE "G0313" "a declaration beside the text that cannot be read" ""
        "A variable declared beside the text has a name, a kind and dimensions as a declaration in the text has."
    DIMENSION_NAME "G0315" "a definition of a dimension" "x: vector(n)\nn = 3\nn*sum(x)"
        "A name that is a dimension in a declaration has the value that the size of the variable gives it."
    STRING "G0316" "a string that is no subscripts" "\"abc\" + 1"
        "A string can only be the first argument of `einsum`."
    LIMIT "G0317" "a text that needs more than a limit allows" ""
        "The message says which limit and how much it allows."
    INTERNAL "G0318" "a mistake of Gateaux" ""
        "What inference accepted should always become an expression. Please report the text."

    ARGUMENT_COUNT "G0400" "a wrong number of arguments" "x: vector(n)\nnorm1(x, x, x)"
        "The function takes another number of arguments; the message says which."
    OPERAND_COUNT "G0401" "a wrong number of operands of einsum" "A: matrix(m, n)\neinsum(\"ij,jk->ik\", A)"
        "There is one operand for each group of letters before the arrow."
    NO_SUBSCRIPTS "G0402" "einsum without subscripts" "A: matrix(m, n)\neinsum(A, A)"
        "The first argument of `einsum` is a string such as `\"ij,j->i\"`."
}
