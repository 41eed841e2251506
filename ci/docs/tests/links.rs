//! Each link of a page to a file of the repository, or to a heading, leads there.

use std::path::Path;

use docs::{pages, read, root};

/// The text of a page without its blocks of code.
fn prose(page: &str) -> String {
    let mut in_code = false;
    let lines = page.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the links of a page lead, but for other sites, and for items of a crate: of these rustdoc
/// says whether they are there.
fn links(page: &str) -> Vec<String> {
    let prose = prose(page);
    let targets = prose.split("](").skip(1).filter_map(|rest| {
        let (target, _) = rest.split_once(')')?;
        (!target.contains("::") && !target.contains("://")).then(|| target.to_owned())
    });
    targets.collect()
}

/// The names by which the headings of a page are linked.
fn anchors(page: &str) -> Vec<String> {
    let prose = prose(page);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let named = headings.map(|line| {
        let text = line.trim_start_matches('#').trim().to_lowercase();
        let kept = text
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    });
    named.collect()
}

/// Why the link `target` of the page at `path` leads nowhere.
fn fault(path: &str, target: &str) -> Option<String> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = match file {
        "" => root().join(path),
        file => root().join(path).parent().unwrap().join(file),
    };
    if !file.exists() {
        return Some(format!("{path} links {target}, which is not there"));
    }
    let is_known = |file: &Path| {
        let page = std::fs::read_to_string(file).unwrap();
        anchors(&page).iter().any(|known| known == anchor)
    };
    let is_lost = !anchor.is_empty() && !is_known(&file);
    is_lost.then(|| format!("{path} links {target}: there is no such heading"))
}

#[test]
fn they_lead_to_what_is_there() {
    let mut found = 0;
    let mut faults = Vec::new();
    for path in pages() {
        let links = links(&read(&path));
        found += links.len();
        faults.extend(links.iter().filter_map(|target| fault(&path, target)));
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(found > 20, "only {found} links found");
}

#[test]
fn one_that_leads_nowhere_is_found() {
    let page = "[a](SECURITY.md) [b](no.md) [c](#none)\n```\n[d](code.md)\n```\n\
        [e](https://example.org/f.md) [`g`](crate::G) [h](README.md#which-suricata)";
    let links = links(page);
    let expected = ["SECURITY.md", "no.md", "#none", "README.md#which-suricata"];
    assert_eq!(links, expected);
    let faults: Vec<_> = links.iter().filter_map(|l| fault("README.md", l)).collect();
    let expected = [
        "README.md links no.md, which is not there",
        "README.md links #none: there is no such heading",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn all_pages_are_read() {
    let pages = pages();
    for page in [
        "README.md",
        "SAFETY.md",
        "docs/benchmarks.md",
        "examples/c/README.md",
        "suricata-thread/doc/recipes.md",
        "template/README.md",
    ] {
        assert!(pages.iter().any(|path| path == page), "{page}: {pages:#?}");
    }
}
