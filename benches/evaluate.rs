//! Evaluation in process. `cargo bench --bench evaluate`
//!
//! The workload is 500 plain boolean flags and 500 with three rules (segment, semantic version, 50/50), the third of
//! which decides.

mod workload;

use criterion::{Criterion, criterion_group, criterion_main};
use git_flag::evaluate::{Program, evaluate};
use git_flag::model::Timestamp;
use std::hint::black_box;
use workload::{ENVIRONMENT, plain_key, ruled_key};

fn evaluation(criterion: &mut Criterion) {
    let catalog = workload::catalog();
    let context = workload::context();
    let program = Program::compile(&catalog);
    assert_eq!(program.problems().count(), 0);
    let now = Timestamp::from_unix(1_790_000_000);
    let bound = program.bind(&context);
    let on = bound.evaluate_all(ENVIRONMENT, now).filter(|decision| decision.as_bool() == Some(true)).count();
    assert!((720..780).contains(&on), "{on} of 1,000 are on");

    let plain: Vec<String> = (0..500).map(plain_key).collect();
    let ruled: Vec<String> = (0..500).map(ruled_key).collect();
    let mut number = 0;
    let mut next = move || {
        number = (number + 7) % 500;
        number
    };

    criterion.bench_function("plain", |bencher| {
        bencher.iter(|| black_box(bound.evaluate(black_box(&plain[next()]), black_box(ENVIRONMENT), now)).reason);
    });
    criterion.bench_function("plain_value", |bencher| {
        bencher.iter(|| black_box(bound.value(black_box(&plain[next()]), black_box(ENVIRONMENT), now)));
    });
    criterion.bench_function("three_rules", |bencher| {
        bencher.iter(|| black_box(bound.evaluate(black_box(&ruled[next()]), black_box(ENVIRONMENT), now)).reason);
    });
    criterion.bench_function("three_rules_explain", |bencher| {
        bencher.iter(|| black_box(bound.explain(black_box(&ruled[next()]), black_box(ENVIRONMENT), now)).0.reason);
    });
    criterion.bench_function("bind", |bencher| bencher.iter(|| black_box(program.bind(black_box(&context)))));
    criterion.bench_function("three_rules_bind_and_evaluate", |bencher| {
        bencher.iter(|| black_box(evaluate(&program, black_box(&ruled[next()]), ENVIRONMENT, &context, now)).reason);
    });
    criterion.bench_function("all_1000", |bencher| {
        bencher.iter(|| {
            bound
                .evaluate_all(black_box(ENVIRONMENT), now)
                .map(|decision| black_box(decision).reason as usize)
                .sum::<usize>()
        });
    });
    criterion
        .bench_function("compile_1000", |bencher| bencher.iter(|| black_box(Program::compile(black_box(&catalog)))));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50).warm_up_time(std::time::Duration::from_millis(500)).measurement_time(std::time::Duration::from_secs(2));
    targets = evaluation
}
criterion_main!(benches);
