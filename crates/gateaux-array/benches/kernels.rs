//! The kernels on one thread, and large products on two: times an entry, a byte or a floating-point operation.
//!
//! Criterion's throughput is entries a second for functions, bytes a second for what only moves a matrix, and
//! operations a second ("elements") for products and factorizations.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use gateaux_array::Function;
use gateaux_array::kernels::{self, Binary, Operand, Unary, Workspace};

/// Numbers between 0 and 1.
fn numbers(count: usize) -> Vec<f64> {
    (0..count)
        .map(|place| (place * 7919 % 104_729) as f64 / 104_729.0)
        .collect()
}

fn posdef(n: usize) -> Vec<f64> {
    let mut a = vec![0.5; n * n];
    a.iter_mut().step_by(n + 1).for_each(|entry| *entry = n as f64);
    a
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500));
    group
}

fn functions(criterion: &mut Criterion) {
    let mut group = group(criterion, "functions");
    let x = numbers(1_000_000);
    let mut out = vec![0.0; x.len()];
    group.throughput(Throughput::Elements(x.len() as u64));
    for function in [
        Function::Exp,
        Function::Ln,
        Function::Tanh,
        Function::Sigmoid,
        Function::Sin,
        Function::Erf,
    ] {
        group.bench_function(function.name(), |bencher| {
            bencher.iter(|| kernels::unary(Unary::Apply(function), black_box(&x), &mut out));
        });
    }
    group.finish();
}

fn matrices_and_vectors(criterion: &mut Criterion) {
    for n in [10, 100, 1000, 2000] {
        let mut group = group(criterion, &format!("matrix_vector/{n}"));
        let (a, x) = (numbers(n * n), numbers(n));
        let (mut y, mut z, mut out) = (vec![0.0; n], vec![0.0; n], vec![0.0; n * n]);
        let mut workspace = Workspace::default();
        group.throughput(Throughput::Bytes(size_of_val(&a[..]) as u64));
        group.bench_function("sum", |bencher| bencher.iter(|| kernels::sum(black_box(&a))));
        group.bench_function("gemv", |bencher| {
            bencher.iter(|| kernels::gemv(1.0, black_box(&a), (n, n), &x, 0.0, &mut y));
        });
        group.bench_function("gemv_transposed", |bencher| {
            bencher.iter(|| kernels::gemv_transposed(1.0, black_box(&a), (n, n), &x, 0.0, &mut y));
        });
        group.bench_function("gemv_both", |bencher| {
            bencher.iter(|| kernels::gemv_both(black_box(&a), (n, n), &x, &x, &mut y, &mut z));
        });
        group.bench_function("gemv_through", |bencher| {
            let mut rows = |_: usize, z: &[f64], r: &mut [f64]| r.copy_from_slice(z);
            bencher.iter(|| kernels::gemv_through(black_box(&a), (n, n), &x, &mut rows, &mut y, &mut workspace));
        });
        group.bench_function("add", |bencher| {
            let operand = Operand::Slice(&a[..]);
            bencher.iter(|| kernels::binary(Binary::Add, black_box(operand), operand, &mut out));
        });
        group.bench_function("add_transpose", |bencher| {
            bencher.iter(|| kernels::add_transpose(1.0, black_box(&a), 1.0, n, &mut out));
        });
        group.finish();
    }
}

fn products(criterion: &mut Criterion) {
    let mut group = group(criterion, "products");
    let mut workspace = Workspace::default();
    for n in [4, 16, 64, 256, 1024, 2048] {
        let (a, b, mut c) = (numbers(n * n), numbers(n * n), vec![0.0; n * n]);
        group.throughput(Throughput::Elements(2 * (n * n * n) as u64));
        for threads in [1, 2] {
            group.bench_function(format!("gemm/{n}/threads {threads}"), |bencher| {
                bencher.iter(|| {
                    kernels::gemm(
                        1.0,
                        black_box(&a),
                        false,
                        &b,
                        false,
                        0.0,
                        &mut c,
                        (n, n, n),
                        threads,
                        &mut workspace,
                    );
                });
            });
        }
    }
    let (k, n) = (2000, 1000);
    let (x, weights, mut c) = (numbers(k * n), numbers(k), vec![0.0; n * n]);
    group.throughput(Throughput::Elements(2 * (n * n * k) as u64));
    group.bench_function("gemm/X'X", |bencher| {
        bencher.iter(|| {
            kernels::gemm(
                1.0,
                black_box(&x),
                true,
                &x,
                false,
                0.0,
                &mut c,
                (n, k, n),
                1,
                &mut workspace,
            )
        });
    });
    group.bench_function("syrk/X'DX", |bencher| {
        bencher.iter(|| {
            kernels::syrk(
                1.0,
                black_box(&x),
                true,
                Some(&weights),
                0.0,
                &mut c,
                (n, k),
                &mut workspace,
            )
        });
    });
    group.finish();
}

fn factorizations(criterion: &mut Criterion) {
    for n in [10, 100, 500, 1000] {
        let mut group = group(criterion, &format!("factorizations/{n}"));
        let a = posdef(n);
        let (mut factor, mut out, mut pivots) = (a.clone(), a.clone(), vec![0; n]);
        let mut workspace = Workspace::default();
        group.throughput(Throughput::Elements((n * n * n / 3) as u64));
        group.bench_function("cholesky", |bencher| {
            bencher.iter(|| {
                factor.copy_from_slice(&a);
                kernels::cholesky(&mut factor, n, &mut workspace)
            });
        });
        group.bench_function("cholesky_inverse", |bencher| {
            bencher.iter(|| kernels::cholesky_inverse(black_box(&factor), n, &mut out, &mut workspace));
        });
        group.bench_function("lu", |bencher| {
            bencher.iter(|| {
                factor.copy_from_slice(&a);
                kernels::lu(&mut factor, n, &mut pivots, &mut workspace)
            });
        });
        group.bench_function("lu_inverse", |bencher| {
            bencher.iter(|| kernels::lu_inverse(black_box(&factor), &pivots, n, &mut out, &mut workspace));
        });
        group.finish();
    }
}

criterion_group!(benches, functions, matrices_and_vectors, products, factorizations);
criterion_main!(benches);
