//! The device, by its user agent.

use std::sync::LazyLock;
use ua_parser::{Regexes, device, os, user_agent};

const PATTERNS: &str = include_str!("uap-core/regexes.yaml");

/// What tells browsers, systems and devices. Making one ready takes some ten milliseconds, so each is made when it is
/// first asked for; a test shows that none fails.
static BROWSERS: LazyLock<Option<user_agent::Extractor<'static>>> =
    LazyLock::new(|| user_agent::Builder::new().push_all(patterns()?.user_agent_parsers).ok()?.build().ok());
static SYSTEMS: LazyLock<Option<os::Extractor<'static>>> =
    LazyLock::new(|| os::Builder::new().push_all(patterns()?.os_parsers).ok()?.build().ok());
static DEVICES: LazyLock<Option<device::Extractor<'static>>> =
    LazyLock::new(|| device::Builder::new().push_all(patterns()?.device_parsers).ok()?.build().ok());

fn patterns() -> Option<Regexes<'static>> {
    serde_yaml::from_str(PATTERNS).ok()
}

/// Families of uap-core with the names that we give them.
const SYSTEM_NAMES: &[(&str, &str)] = &[
    ("iOS", "ios"),
    ("Android", "android"),
    ("Windows", "windows"),
    ("Mac OS X", "macos"),
    ("Mac OS", "macos"),
    ("Chrome OS", "chromeos"),
    ("Linux", "linux"),
    ("Ubuntu", "linux"),
    ("Debian", "linux"),
    ("Fedora", "linux"),
    ("Red Hat", "linux"),
    ("SUSE", "linux"),
    ("Gentoo", "linux"),
    ("Arch Linux", "linux"),
    ("CentOS", "linux"),
    ("Mint", "linux"),
];

const BROWSER_NAMES: &[(&str, &str)] = &[
    ("Chrome", "chrome"),
    ("Chrome Mobile", "chrome"),
    ("Chrome Mobile iOS", "chrome"),
    ("Chromium", "chrome"),
    ("HeadlessChrome", "chrome"),
    ("Safari", "safari"),
    ("Mobile Safari", "safari"),
    ("Mobile Safari UI/WKWebView", "safari"),
    ("Firefox", "firefox"),
    ("Firefox Mobile", "firefox"),
    ("Firefox iOS", "firefox"),
    ("Edge", "edge"),
    ("Edge Mobile", "edge"),
    ("Opera", "opera"),
    ("Opera Mobile", "opera"),
    ("Opera Mini", "opera"),
    ("Samsung Internet", "samsung-internet"),
    ("IE", "internet-explorer"),
    ("IE Mobile", "internet-explorer"),
];

/// Systems of phones, whatever else the text says.
const PHONES: &[&str] = &["Windows Phone", "BlackBerry OS", "Symbian OS", "KaiOS", "Firefox OS", "Bada"];
/// Words of televisions and what is plugged into them.
const TELEVISIONS: &[&str] =
    &["TV", "BRAVIA", "AFTT", "AFTM", "AFTS", "AFTN", "AFTK", "CrKey", "Roku", "NetCast", "Web0S", "SmartHub"];
const CONSOLES: &[&str] = &["PlayStation", "Xbox", "Nintendo"];
/// Words of programs that are nobody.
const BOTS: &[&str] = &["bot", "spider", "crawler", "slurp"];

/// What there is no name for.
const OTHER: &str = "other";

/// What `user_agent` says about the attribute at `path`; `None` when it is empty.
pub(super) fn tell(path: &str, user_agent: &str) -> Option<String> {
    if user_agent.trim().is_empty() {
        return None;
    }
    match path {
        "device.type" => Some(kind(user_agent).to_owned()),
        "device.os" => {
            let family = system(user_agent).unwrap_or_default();
            Some(name(SYSTEM_NAMES, &family).unwrap_or(OTHER).to_owned())
        }
        "device.browser" => {
            let browser = BROWSERS.as_ref()?.extract(user_agent);
            let family = browser.map_or_else(|| OTHER.to_owned(), |browser| browser.family.into_owned());
            Some(name(BROWSER_NAMES, &family).map_or_else(|| kebab(&family), str::to_owned))
        }
        _ => None,
    }
}

fn system(user_agent: &str) -> Option<String> {
    Some(SYSTEMS.as_ref()?.extract(user_agent)?.os.into_owned())
}

fn name(names: &[(&str, &'static str)], family: &str) -> Option<&'static str> {
    names.iter().find(|(candidate, _)| *candidate == family).map(|(_, name)| *name)
}

/// `Sogou Explorer` as `sogou-explorer`.
fn kebab(family: &str) -> String {
    let words = family.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// The kind of device. Tablets call themselves so, are iPads, or are Android devices that are not `Mobile`, as the
/// documentation of Android's browsers has it. An iPad that asks for desktop sites can't be told from a Mac.
fn kind(user_agent: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| user_agent.contains(word));
    let device = DEVICES.as_ref().and_then(|devices| devices.extract(user_agent));
    let lower = user_agent.to_lowercase();
    if device.is_some_and(|device| device.device == "Spider") || BOTS.iter().any(|word| lower.contains(word)) {
        return "bot";
    }
    if has(CONSOLES) {
        return "console";
    }
    let system = system(user_agent).unwrap_or_default();
    match &*system {
        "tvOS" | "ATV OS X" | "Roku" | "webOS" | "Tizen" if !user_agent.contains("Mobile") => return "tv",
        "watchOS" | "WatchOS" | "Wear OS" => return "watch",
        _ => {}
    }
    if has(TELEVISIONS) {
        return "tv";
    }
    if has(&["Watch"]) {
        return "watch";
    }
    if PHONES.contains(&&*system) {
        return "phone";
    }
    let tablet = has(&["iPad", "Tablet", "Kindle", "Silk/", "PlayBook"]);
    match &*system {
        "iOS" if !tablet => "phone",
        "Android" if !tablet && user_agent.contains("Mobile") => "phone",
        "iOS" | "Android" => "tablet",
        _ if tablet && user_agent.contains("Mobile") => "tablet",
        "Chrome OS" => "desktop",
        other if name(SYSTEM_NAMES, other).is_some() => "desktop",
        _ => OTHER,
    }
}
