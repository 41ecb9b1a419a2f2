//! Results as JUnit's XML, which continuous integration of all kinds reads.

use super::report::Report;
use super::tested::{Answered, Tested};
use crate::render::style::plain;

/// The whole document.
pub(super) fn document(report: &Report) -> String {
    let cases: usize = report.tested.iter().map(|tested| tested.answered.len()).sum();
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    xml += &format!("<testsuites name=\"git-flag\" tests=\"{cases}\" failures=\"{}\">\n", report.failed());
    for tested in &report.tested {
        xml += &suite(tested);
    }
    xml + "</testsuites>\n"
}

fn suite(tested: &Tested) -> String {
    let name = escape(&tested.subject.title());
    let (all, failed) = (tested.answered.len(), tested.failed());
    let mut xml = format!("  <testsuite name=\"{name}\" tests=\"{all}\" failures=\"{failed}\">\n");
    for answered in &tested.answered {
        xml += &case(tested, answered);
    }
    xml + "  </testsuite>\n"
}

fn case(tested: &Tested, answered: &Answered) -> String {
    let place = answered.environment.as_ref().map_or_else(String::new, |environment| format!(" ({environment})"));
    let name = escape(&format!("{}{place}", answered.title));
    let (class, file, line) = (escape(&tested.subject.title()), escape(&tested.path), answered.at.line);
    let head = format!("    <testcase name=\"{name}\" classname=\"{class}\" file=\"{file}\" line=\"{line}\"");
    if answered.mismatches.is_empty() {
        return head + "/>\n";
    }
    let steps: String = anstream::adapter::strip_str(&answered.steps).to_string();
    let body = format!("{}\n{}", answered.why, steps);
    format!(
        "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
        escape(&tested.mismatches(answered)),
        escape_lines(&body)
    )
}

/// Text that XML can hold, in an attribute as well.
fn escape(text: &str) -> String {
    let escaped = plain(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', "&quot;").replace('\'', "&apos;")
}

fn escape_lines(text: &str) -> String {
    text.trim_end().lines().map(escape).collect::<Vec<_>>().join("\n")
}
