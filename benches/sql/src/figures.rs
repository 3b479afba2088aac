//! Medians of turns, and of what they were against plain sqlx's of the same round.

use crate::contender::{Contender, Work};
use crate::load::Burst;
use crate::turns::Turn;

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One figure of a contender's turns beside that of plain's, the first of the contenders.
struct Column<'t, T> {
    own: &'t [T],
    plain: &'t [T],
    figure: fn(&T) -> f64,
}

impl<T> Column<'_, T> {
    fn value(&self) -> f64 {
        median(self.own.iter().map(self.figure))
    }

    /// The median of the differences, which a neighbour that disturbed a round did not disturb.
    fn more(&self) -> f64 {
        median(self.own.iter().zip(self.plain).map(|(own, plain)| (self.figure)(own) - (self.figure)(plain)))
    }

    fn ratio(&self) -> f64 {
        median(self.own.iter().zip(self.plain).map(|(own, plain)| (self.figure)(own) / (self.figure)(plain)))
    }
}

pub fn print_turns(database: &str, work: Work, contenders: &[Contender], turns: &[Vec<Turn>]) {
    println!("\n{database}: {}; nanoseconds, for each", work.title());
    println!(
        "{:<34}{:>9}{:>8}{:>7}{:>9}{:>8}{:>7}{:>9}{:>8}{:>8}{:>7}{:>7}",
        "", "CPU", "+", "x", "wall", "+", "x", "process", "+", "allocs", "+", "spans"
    );
    for (contender, of_contender) in contenders.iter().zip(turns) {
        let column = |figure: fn(&Turn) -> f64| Column { own: of_contender, plain: &turns[0], figure };
        let (cpu, wall) = (column(|turn| turn.cpu), column(|turn| turn.wall));
        let (process, spans) = (column(|turn| turn.process_cpu), column(|turn| turn.spans));
        let allocations = column(|turn| turn.allocations);
        println!(
            "{:<34}{:>9.0}{:>8.0}{:>7.3}{:>9.0}{:>8.0}{:>7.3}{:>9.0}{:>8.0}{:>8.1}{:>7.1}{:>7.2}",
            contender.name,
            cpu.value(),
            cpu.more(),
            cpu.ratio(),
            wall.value(),
            wall.more(),
            wall.ratio(),
            process.value(),
            process.more(),
            allocations.value(),
            allocations.more(),
            spans.value(),
        );
    }
}

pub fn print_bursts(database: &str, contenders: &[Contender], bursts: &[Vec<Burst>]) {
    println!("\n{database}: 64 tasks, 10 connections, {}; microseconds", Work::Find.title());
    println!(
        "{:<34}{:>12}{:>7}{:>9}{:>7}{:>9}{:>7}{:>7}",
        "", "statements/s", "x", "p50", "x", "p99", "x", "spans"
    );
    for (contender, of_contender) in contenders.iter().zip(bursts) {
        let column = |figure: fn(&Burst) -> f64| Column { own: of_contender, plain: &bursts[0], figure };
        let (per_second, spans) = (column(|burst| burst.per_second), column(|burst| burst.spans));
        let (p50, p99) = (column(|burst| burst.p50), column(|burst| burst.p99));
        println!(
            "{:<34}{:>12.0}{:>7.3}{:>9.0}{:>7.3}{:>9.0}{:>7.3}{:>7.2}",
            contender.name,
            per_second.value(),
            per_second.ratio(),
            p50.value(),
            p50.ratio(),
            p99.value(),
            p99.ratio(),
            spans.value(),
        );
    }
}
