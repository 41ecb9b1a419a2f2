//! Conflict markers, as Git writes them.

use similar::{MergeResolution, TextMerge};

/// How conflicts are marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// How many characters a marker has.
    pub size: usize,
    /// What our side is called.
    pub ours: String,
    /// What the common base is called.
    pub base: String,
    /// What their side is called.
    pub theirs: String,
    /// Whether the base is shown too.
    pub with_base: bool,
}

/// Markers around every line in which `ours` and `theirs` differ.
pub(super) fn around_differences(base: &str, ours: &str, theirs: &str, style: &Style) -> String {
    render(base, ours, theirs, style, |resolution| {
        matches!(resolution, MergeResolution::Unchanged | MergeResolution::Both)
    })
}

/// Markers around conflicts of lines; where there are none, around all that differs.
pub(super) fn around_changes(base: &str, ours: &str, theirs: &str, style: &Style) -> String {
    let merge = TextMerge::from_lines(base, ours, theirs);
    if !merge.is_conflicted() {
        return around_differences(base, ours, theirs, style);
    }
    render(base, ours, theirs, style, |resolution| resolution != MergeResolution::Conflict)
}

fn render(base: &str, ours: &str, theirs: &str, style: &Style, is_settled: impl Fn(MergeResolution) -> bool) -> String {
    let merge = TextMerge::from_lines(base, ours, theirs);
    let newline = if ours.contains("\r\n") { "\r\n" } else { "\n" };
    let marker = |sign: char, label: &str| {
        let signs: String = std::iter::repeat_n(sign, style.size.max(1)).collect();
        let space = if label.is_empty() { "" } else { " " };
        format!("{signs}{space}{label}{newline}")
    };
    let ours_of = |range: std::ops::Range<usize>| whole_lines(range.filter_map(|at| merge.ours_line(at)), newline);
    let base_of = |range: std::ops::Range<usize>| whole_lines(range.filter_map(|at| merge.base_line(at)), newline);
    let theirs_of = |range: std::ops::Range<usize>| whole_lines(range.filter_map(|at| merge.theirs_line(at)), newline);
    let mut text = String::new();
    let mut regions = merge.regions().iter().peekable();
    while let Some(region) = regions.next() {
        if is_settled(region.resolution()) {
            let lines: String = match region.resolution() {
                MergeResolution::Theirs => region.theirs_range().filter_map(|at| merge.theirs_line(at)).collect(),
                _ => region.ours_range().filter_map(|at| merge.ours_line(at)).collect(),
            };
            if !text.is_empty() && !text.ends_with('\n') {
                text += newline;
            }
            text += &lines;
            continue;
        }
        let (mut base, mut ours, mut theirs) = (region.base_range(), region.ours_range(), region.theirs_range());
        while let Some(next) = regions.next_if(|next| !is_settled(next.resolution())) {
            base.end = next.base_range().end;
            ours.end = next.ours_range().end;
            theirs.end = next.theirs_range().end;
        }
        let (ours, theirs) = (ours_of(ours), theirs_of(theirs));
        if ours == theirs {
            text += &ours;
            continue;
        }
        text += &(marker('<', &style.ours) + &ours);
        if style.with_base {
            text += &(marker('|', &style.base) + &base_of(base));
        }
        text += &(marker('=', "") + &theirs + &marker('>', &style.theirs));
    }
    text
}

/// Lines, the last of which ends like the others.
fn whole_lines<'t>(lines: impl Iterator<Item = &'t str>, newline: &str) -> String {
    let mut text: String = lines.collect();
    if !text.is_empty() && !text.ends_with('\n') {
        text += newline;
    }
    text
}
