//! Running the cases.

use super::files::TestsFile;
use super::tested::{Answered, Coverage, Mutation, Subject, Tested};
use crate::commands::enriching::{self, enricher};
use crate::commands::eval::words;
use crate::commands::trace;
use crate::diagnostic::{Failure, Result};
use crate::document::{FlagTests, Golden, SegmentTests};
use crate::enrich::Enricher;
use crate::evaluate::{Context, Program, Trace};
use crate::expectation::{
    Case, GoldenAnswer, Mismatch, SegmentBranch, cases, coverage, golden_answers, golden_context, mutants,
    segment_branches, segment_cases, segment_taken,
};
use crate::lint;
use crate::model::{Catalog, EnvironmentName, FlagKey, GoldenName, Project, SegmentName, Timestamp};
use crate::project::{Loaded, Root, View, segments_of};
use crate::render::Terminal;
use crate::source::{Place, Position};
use serde_json::json;
use std::collections::BTreeSet;

/// What cases are run against.
pub(super) struct Bench<'l> {
    pub(super) root: &'l Root,
    pub(super) view: View,
    pub(super) loaded: &'l Loaded,
    pub(super) program: Program,
    /// Adds to contexts what the flags ask for.
    pub(super) enricher: Enricher<'l>,
    pub(super) now: Timestamp,
    pub(super) terminal: Terminal,
}

type FlagFile = TestsFile<FlagKey, FlagTests>;

impl Bench<'_> {
    /// Runs the tests of a flag.
    ///
    /// # Errors
    /// When there is no such flag.
    pub(super) fn flag(&self, file: &FlagFile) -> Result<Tested> {
        if !self.loaded.flag_files.contains_key(&file.name) {
            return Err(file.without_flag(self.loaded.flag_files.keys().map(FlagKey::as_str)));
        }
        let answered = self.cases(file).iter().map(|case| self.answer(file, case)).collect();
        Ok(Tested::new(Subject::Flag(file.name.clone()), &file.path, answered))
    }

    /// The cases, with what the flag would get elsewhere in their contexts.
    fn cases<'t>(&self, file: &'t FlagFile) -> Vec<Case<'t>> {
        let mut cases: Vec<Case<'t>> = cases(&file.tests, self.now).collect();
        for case in &mut cases {
            enriching::enrich(&mut case.context, &self.enricher);
        }
        cases
    }

    /// What adds to the contexts of a segment's cases.
    fn segment_enricher(&self, name: &SegmentName) -> Enricher<'_> {
        let all = &self.loaded.catalog;
        let mut own = Catalog::new(Project { rings: Vec::new(), ..all.project.clone() });
        let mut open = vec![name.clone()];
        while let Some(name) = open.pop() {
            let Some(segment) = all.segments.get(&name) else { continue };
            if own.segments.insert(name, segment.clone()).is_none() {
                open.extend(segments_of(&segment.conditions).cloned());
            }
        }
        enricher(self.root, &Program::compile(&own), &own.project)
    }

    fn answer(&self, file: &FlagFile, case: &Case<'_>) -> Answered {
        let verdict = case.run(&self.program, file.name.as_str());
        let mut mismatches = verdict.mismatches;
        mismatches.extend(self.unknown_environment(case.environment));
        let branch = verdict.decision.as_ref().and_then(|(decision, _)| coverage::taken(decision));
        let (decision, why, steps) = match &verdict.decision {
            None => (None, String::new(), String::new()),
            Some((decision, trace)) => (Some(decision.to_json()), words(decision), self.steps(&mismatches, trace)),
        };
        Answered {
            title: case.title(),
            environment: Some(case.environment.clone()),
            at: file.position(case.expectation.span),
            mismatches,
            answer: decision,
            branch,
            why,
            steps,
        }
    }

    /// Every step of the evaluation, where the case fails.
    fn steps(&self, mismatches: &[Mismatch], trace: &Trace<'_, '_>) -> String {
        if mismatches.is_empty() { String::new() } else { trace::text(trace, &self.terminal) }
    }

    fn unknown_environment(&self, name: &EnvironmentName) -> Option<Mismatch> {
        let project = &self.loaded.catalog.project;
        if project.environment(name.as_str()).is_some() {
            return None;
        }
        let known: Vec<&str> = project.environment_names().collect();
        let actual = format!("the project has {}", known.join(", "));
        Some(Mismatch { what: "environment", expected: name.to_string(), actual })
    }

    /// The branches of the flag, and those that no case takes; `None` for a flag that does not read.
    pub(super) fn coverage(&self, file: &FlagFile, tested: &Tested) -> Option<Coverage> {
        let flag = self.loaded.catalog.flags.get(&file.name)?;
        let taken = tested.answered.iter().filter_map(|case| Some((case.environment.clone()?, case.branch.clone()?)));
        let taken: BTreeSet<_> = taken.collect();
        let all = coverage::branches(flag);
        let total = all.len();
        let missed = all.into_iter().filter(|branch| !coverage::is_taken(branch, &taken));
        let missed = missed.map(|(environment, branch)| (environment, branch.to_string())).collect();
        Some(Coverage { total, missed })
    }

    /// The mutants of the flag, and those that no case notices; `None` for a flag that does not read or whose cases fail
    /// as it is.
    pub(super) fn mutate(&self, file: &FlagFile) -> Result<Option<Mutation>> {
        let Some(flag) = self.loaded.catalog.flags.get(&file.name) else { return Ok(None) };
        let cases = self.cases(file);
        let holds =
            |program: &Program| cases.iter().all(|case| case.run(program, file.name.as_str()).mismatches.is_empty());
        if !holds(&self.program) {
            return Ok(None);
        }
        // Only what the flag needs is compiled again for each mutant.
        let mut catalog = self.root.load_closure(self.view, std::slice::from_ref(&file.name))?.catalog;
        let mutants = mutants(flag);
        let total = mutants.len();
        let mut survived = Vec::new();
        for mutant in mutants {
            catalog.flags.insert(file.name.clone(), mutant.flag);
            if holds(&Program::compile(&catalog)) {
                survived.push(mutant.what);
            }
        }
        Ok(Some(Mutation { total, survived }))
    }

    /// Runs the tests of a segment, and says which of its conditions no case decides either way.
    ///
    /// # Errors
    /// When there is no such segment.
    pub(super) fn segment(&self, file: &TestsFile<SegmentName, SegmentTests>, covered: bool) -> Result<Tested> {
        let catalog = &self.loaded.catalog;
        let (name, segment) = (&file.name, catalog.segments.get(&file.name));
        if segment.is_none() && !catalog.broken_segments.contains_key(name) {
            let problem = lint::unknown_segment(name, catalog.segments.keys().map(SegmentName::as_str));
            return Err(Box::<Failure>::from(problem.at(Place::file(file.path.clone()))));
        }
        let mut taken = BTreeSet::new();
        let mut answered = Vec::new();
        let enricher = self.segment_enricher(name);
        for mut case in segment_cases(&file.tests) {
            enriching::enrich(&mut case.context, &enricher);
            if let Some(why) = case.context.as_ref().ok().and_then(Context::untold) {
                case.context = Err(why.to_owned());
            }
            let verdict = case.run(&self.program, name.as_str());
            let (mut answer, mut steps) = (None, String::new());
            if let Some((membership, trace)) = &verdict.membership {
                segment_taken(*membership, trace, &mut taken);
                answer = Some(json!({ "member": membership.is_in(), "by": membership.name() }));
                steps = self.steps(&verdict.mismatches, trace);
            }
            let why = String::new();
            let (title, at) = (case.title(), file.position(case.expectation.span));
            let mismatches = verdict.mismatches;
            answered.push(Answered { title, environment: None, at, mismatches, answer, branch: None, why, steps });
        }
        let mut tested = Tested::new(Subject::Segment(name.clone()), &file.path, answered);
        if let Some(segment) = segment.filter(|_| covered) {
            let all: Vec<SegmentBranch> = segment_branches(segment);
            let missed = all.iter().filter(|branch| !taken.contains(branch));
            let missed = missed.map(|branch| (None, branch.words(segment))).collect();
            tested.coverage = Some(Coverage { total: all.len(), missed });
        }
        Ok(tested)
    }

    /// Holds what all flags answer to a golden context against what was recorded.
    pub(super) fn golden(&self, file: &TestsFile<GoldenName, Golden>) -> Tested {
        let golden = &file.tests;
        let case = |title: &str, at: Position, mismatches: Vec<Mismatch>| Answered {
            title: title.to_owned(),
            environment: Some(golden.environment.clone()),
            at,
            mismatches,
            answer: None,
            branch: None,
            why: String::new(),
            steps: String::new(),
        };
        let start = Position { line: 1, column: 1 };
        let mut context = golden_context(golden).map_err(|actual| Mismatch {
            what: "context",
            expected: "attributes that fit together".to_owned(),
            actual,
        });
        enriching::enrich(&mut context, &self.enricher);
        let context = match (self.unknown_environment(&golden.environment), context) {
            (Some(mismatch), _) | (None, Err(mismatch)) => {
                let answered = vec![case("all flags", start, vec![mismatch])];
                return Tested::new(Subject::Golden(file.name.clone()), &file.path, answered);
            }
            (None, Ok(context)) => context,
        };
        let bound = self.program.bind(&context);
        let answered = golden_answers(golden, &bound, |key| is_archived(self.loaded, key)).into_iter().map(|answer| {
            let at = answer.recorded.map_or(start, |recorded| file.position(recorded.span));
            let mut answered = case(answer.flag, at, mismatch(&answer).into_iter().collect());
            answered.why = answer.decision.as_ref().map(words).unwrap_or_default();
            answered.answer = answer.decision.map(|decision| decision.to_json());
            answered
        });
        Tested::new(Subject::Golden(file.name.clone()), &file.path, answered.collect())
    }
}

fn mismatch(answer: &GoldenAnswer<'_, '_>) -> Option<Mismatch> {
    let (expected, actual) = (|| answer.expected(), || answer.actual());
    (!answer.holds()).then(|| Mismatch { what: "answer", expected: expected(), actual: actual() })
}

/// Whether the flag is archived.
pub(super) fn is_archived(loaded: &Loaded, key: &str) -> bool {
    loaded.catalog.flags.get(key).is_some_and(|flag| flag.archived.is_some())
}
