//! The whole of `/metrics` in both of its formats, compared with what was read and found good.
//!
//! `SPANWEAVE_BLESS=1` writes the files anew. A process of its own: what it has annotated, and how many series it has, is
//! on the page.

use std::fs;
use std::path::Path;

mod page;

/// Without exemplars and with a star in the place of what depends on time and on the machine.
fn steady(page: &str) -> String {
    let steady = page.lines().map(|line| {
        let line = line.split_once(" # {trace_id=").map_or(line, |(sample, _)| sample);
        let (name, _) = line.split_once(['{', ' ']).unwrap_or((line, ""));
        let is_time = ["_duration_seconds", "_wait_seconds"].iter().any(|time| name.contains(time));
        let is_measured = name.ends_with("_bucket") && !line.contains(r#"le="+Inf""#);
        let is_unsteady =
            (is_time && (is_measured || name.ends_with("_sum"))) || name.starts_with("process_");
        match line.rsplit_once(' ') {
            Some((series, _)) if is_unsteady => format!("{series} *\n"),
            _ => format!("{line}\n"),
        }
    });
    steady.collect()
}

fn compare(page: &str, file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("metrics").join(file);
    let page = steady(page);
    if std::env::var_os("SPANWEAVE_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert!(page == expected, "{} differs; it is now:\n{page}", path.display());
}

/// The samples of a page, without what there is in OpenMetrics alone.
fn samples(page: &str) -> Vec<&str> {
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    samples.filter(|line| !line.contains("_created{") && !line.contains("_created ")).collect()
}

#[tokio::test]
async fn the_page_is_as_it_was_read() {
    let [openmetrics, text] = page::scraped([page::OPENMETRICS, page::TEXT]).await;
    compare(&openmetrics, "openmetrics.txt");
    compare(&text, "text.txt");
    assert_eq!(samples(&steady(&openmetrics)), samples(&steady(&text)));
}
