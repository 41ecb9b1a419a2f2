//! Whole processes side by side: every round runs each of them once, so that what else the machine does meets all alike.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One line of a table.
pub(crate) struct Case<'a> {
    label: String,
    prepare: Box<dyn FnMut(usize) + 'a>,
    command: Box<dyn FnMut(usize) -> Command + 'a>,
    limits: Limits,
}

/// What a case must reach.
#[derive(Debug, Clone, Copy, Default)]
struct Limits {
    /// Times the first case of its table.
    ratio: Option<f64>,
    time: Option<Duration>,
    /// Bytes of memory at the peak.
    memory: Option<u64>,
}

impl<'a> Case<'a> {
    /// The command of each round.
    pub(crate) fn new(label: impl Into<String>, command: impl FnMut(usize) -> Command + 'a) -> Self {
        Self { label: label.into(), prepare: Box::new(|_| ()), command: Box::new(command), limits: Limits::default() }
    }

    /// What is done before each round, and not measured.
    #[must_use]
    pub(crate) fn prepare(mut self, prepare: impl FnMut(usize) + 'a) -> Self {
        self.prepare = Box::new(prepare);
        self
    }

    /// At most so many times the first case.
    #[must_use]
    pub(crate) fn ratio(mut self, ratio: f64) -> Self {
        self.limits.ratio = Some(ratio);
        self
    }

    /// At most so many milliseconds.
    #[must_use]
    pub(crate) fn milliseconds(mut self, milliseconds: u64) -> Self {
        self.limits.time = Some(Duration::from_millis(milliseconds));
        self
    }

    /// At most so many MB at the peak.
    #[must_use]
    pub(crate) fn megabytes(mut self, megabytes: u64) -> Self {
        self.limits.memory = Some(megabytes * 1_000_000);
        self
    }
}

/// Runs all cases `rounds` times in turn and prints medians and minima, and their ratios to the first case. Before that
/// each runs once unmeasured.
///
/// A target that is only reached by the minima is marked: that is what a busy machine does to medians.
pub(crate) fn table(title: &str, rounds: usize, cases: Vec<Case<'_>>) {
    let mut cases = cases;
    let mut times = vec![Vec::with_capacity(rounds); cases.len()];
    let mut peaks = vec![0; cases.len()];
    for round in 0..=rounds {
        for (at, case) in cases.iter_mut().enumerate() {
            (case.prepare)(round);
            let mut command = (case.command)(round);
            if round == 0 && case.limits.memory.is_some() {
                peaks[at] = peak(&mut command);
                continue;
            }
            let start = Instant::now();
            let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
            let time = start.elapsed();
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}: {}\n{error}", case.label, output.status);
            if round > 0 {
                times[at].push(time);
            }
        }
    }
    println!("\n{title}, {rounds} rounds");
    println!("  {:<44} {:>10} {:>10} {:>8} {:>8}  target", "", "median", "minimum", "x median", "x min");
    let base = figures(&mut times[0]);
    for ((case, times), peak) in cases.iter().zip(&mut times).zip(peaks) {
        let own = figures(times);
        let ratios = [own[0].as_secs_f64() / base[0].as_secs_f64(), own[1].as_secs_f64() / base[1].as_secs_f64()];
        let verdict = verdict(&case.limits, own, ratios, peak);
        let [median, minimum] = own.map(|time| format!("{:.2} ms", time.as_secs_f64() * 1e3));
        println!("  {:<44} {median:>10} {minimum:>10} {:>8.2} {:>8.2}  {verdict}", case.label, ratios[0], ratios[1]);
    }
}

/// Median and minimum.
fn figures(times: &mut [Duration]) -> [Duration; 2] {
    times.sort_unstable();
    [times[times.len() / 2], times[0]]
}

fn verdict(limits: &Limits, own: [Duration; 2], ratios: [f64; 2], peak: u64) -> String {
    let word = |reached: [bool; 2]| match reached {
        [true, _] => "reached",
        [false, true] => "reached by the minimum",
        [false, false] => "MISSED",
    };
    let mut words = Vec::new();
    if let Some(ratio) = limits.ratio {
        words.push(format!("{ratio} x: {}", word(ratios.map(|own| own <= ratio))));
    }
    if let Some(time) = limits.time {
        words.push(format!("{} ms: {}", time.as_millis(), word(own.map(|own| own <= time))));
    }
    if let Some(memory) = limits.memory {
        let [own, most] = [peak, memory].map(|bytes| bytes / 1_000_000);
        words.push(format!("{most} MB: {} with {own}", word([peak <= memory; 2])));
    }
    words.join(", ")
}

/// The most memory that a process has at any time, in bytes; 0 where the system does not say. The system keeps the
/// maximum, so that asking every millisecond misses only what grows in the last one.
fn peak(command: &mut Command) -> u64 {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0) * 1024);
        std::thread::sleep(Duration::from_millis(1));
    }
    peak
}
