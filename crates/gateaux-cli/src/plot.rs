//! Pictures of points on logarithmic axes: for the terminal, and as SVG.

use std::fmt::Write;

use gateaux::Notation;

/// Points of one kind.
#[derive(Debug)]
pub struct Series {
    /// The name, as the legend shows it.
    pub name: &'static str,
    /// Both coordinates; those that are not positive are drawn at the edge.
    pub points: Vec<(f64, f64)>,
}

/// A line of reference: all (x, y) with y proportional to a power of x.
#[derive(Debug)]
pub struct Guide {
    /// A point of the line.
    pub through: (f64, f64),
    /// The power.
    pub slope: i32,
}

/// A picture of two kinds of points.
#[derive(Debug)]
pub struct Plot {
    /// What it shows, in a line.
    pub title: String,
    /// What it shows, for those who do not see it.
    pub description: String,
    /// What the horizontal axis is.
    pub x_label: &'static str,
    /// What the vertical axis is.
    pub y_label: &'static str,
    /// The points.
    pub series: [Series; 2],
    /// Lines of reference.
    pub guides: Vec<Guide>,
}

/// The powers of ten at the ends of an axis.
#[derive(Clone, Copy)]
struct Range {
    low: i32,
    high: i32,
}

impl Range {
    fn of(values: impl Iterator<Item = f64>) -> Range {
        let mut range = Range { low: 0, high: 0 };
        for value in values.filter(|value| *value > 0.0 && value.is_finite()) {
            // A power of ten is its own mark, whatever its logarithm is rounded to.
            let log = (value.log10() * 1e6).round() / 1e6;
            range.low = range.low.min(log.floor() as i32);
            range.high = range.high.max(log.ceil() as i32);
        }
        range.low = range.low.min(range.high - 1);
        range
    }

    fn decades(self) -> f64 {
        f64::from(self.high - self.low)
    }

    /// The place of a value between the ends, from 0 to 1; values beyond them are at the edge.
    fn place(self, value: f64) -> f64 {
        ((value.log10() - f64::from(self.low)) / self.decades()).clamp(0.0, 1.0)
    }
}

/// The columns between the axis and the right edge of a picture of characters.
const COLUMNS: usize = 65;

impl Plot {
    fn ranges(&self) -> (Range, Range) {
        let points = || self.series.iter().flat_map(|series| &series.points);
        (
            Range::of(points().map(|point| point.0)),
            Range::of(points().map(|point| point.1)),
        )
    }

    /// The picture in characters, one row for each power of ten, 72 columns wide.
    pub fn rows(&self, notation: Notation) -> Vec<String> {
        let [first, second, both] = match notation {
            Notation::Text | Notation::Latex | Notation::MathMl => ['o', 'x', '*'],
            Notation::Unicode => ['○', '×', '⊗'],
        };
        let (across, up) = self.ranges();
        let height = usize::try_from(up.high - up.low).unwrap_or(1);
        let mut cells = vec![vec![' '; COLUMNS]; height + 1];
        for (series, mark) in self.series.iter().zip([first, second]) {
            for (x, y) in &series.points {
                let column = (across.place(*x) * (COLUMNS - 1) as f64).round() as usize;
                let row = height - (up.place(*y) * height as f64).round() as usize;
                let cell = &mut cells[row][column];
                *cell = if *cell == ' ' || *cell == mark { mark } else { both };
            }
        }
        let mut rows = vec![format!(
            "{} ({first} {}, {second} {})",
            self.y_label, self.series[0].name, self.series[1].name
        )];
        for (at, row) in cells.iter().enumerate() {
            let power = up.high - at as i32;
            let label = if power % 2 == 0 {
                format!("1e{power}")
            } else {
                String::new()
            };
            let row: String = row.iter().collect();
            rows.push(format!("{label:>5} |{}", row.trim_end()));
        }
        rows.push(format!("{:>5} +{}", "", "-".repeat(COLUMNS)));
        rows.push(format!("{:>6} {}", "", self.marks(across)));
        rows
    }

    /// Every fourth power of ten below the horizontal axis, and what the axis is.
    fn marks(&self, across: Range) -> String {
        let mut marks = String::new();
        for power in (across.low..=across.high).filter(|power| power % 4 == 0) {
            let column = (across.place(10f64.powi(power)) * (COLUMNS - 1) as f64).round() as usize;
            let label = format!("1e{power}");
            // The last one ends at the edge.
            let column = column.min(COLUMNS - label.len());
            let gap = column.saturating_sub(marks.chars().count());
            marks.push_str(&" ".repeat(gap));
            marks.push_str(&label);
        }
        let middle = COLUMNS / 2 + 5;
        match marks.get(middle..middle + self.x_label.len() + 2) {
            Some(free) if free.trim().is_empty() => {
                marks.replace_range(middle + 1..=middle + self.x_label.len(), self.x_label);
            }
            _ => {
                let _ = write!(marks, " {}", self.x_label);
            }
        }
        marks
    }

    /// The picture as SVG, with a title and a description for those who do not see it.
    pub fn svg(&self) -> String {
        let frame = Frame::new(self.ranges());
        let mut svg = String::new();
        // Writing to a string does not fail.
        let _ = self.write_svg(&frame, &mut svg);
        svg
    }

    fn write_svg(&self, frame: &Frame, svg: &mut String) -> std::fmt::Result {
        writeln!(
            svg,
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="13" fill="#222">"##
        )?;
        writeln!(svg, r#"<title id="title">{}</title>"#, escaped(&self.title))?;
        writeln!(svg, r#"<desc id="desc">{}</desc>"#, escaped(&self.description))?;
        writeln!(svg, r##"<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>"##)?;
        writeln!(
            svg,
            r#"<text x="{LEFT}" y="26" font-size="15">{}</text>"#,
            escaped(&self.title)
        )?;
        self.write_axes(frame, svg)?;
        self.write_guides(frame, svg)?;
        for ((series, color), at) in self.series.iter().zip(COLORS).zip(0..) {
            write_series(series, (color, at), frame, svg)?;
        }
        writeln!(svg, "</svg>")
    }

    fn write_axes(&self, frame: &Frame, svg: &mut String) -> std::fmt::Result {
        let (across, up) = (frame.across, frame.up);
        let labeled = |power: &i32| power % 2 == 0;
        writeln!(svg, r##"<g stroke="#e4e4e4" stroke-width="1">"##)?;
        for power in across.low..=across.high {
            let x = frame.x(10f64.powi(power));
            writeln!(svg, r#"<path d="M{x:.1} {TOP}V{BOTTOM}"/>"#)?;
        }
        for power in up.low..=up.high {
            let y = frame.y(10f64.powi(power));
            writeln!(svg, r#"<path d="M{LEFT} {y:.1}H{RIGHT}"/>"#)?;
        }
        writeln!(svg, "</g>")?;
        writeln!(
            svg,
            r##"<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="#222"/>"##
        )?;
        for power in (across.low..=across.high).filter(labeled) {
            let (x, y) = (frame.x(10f64.powi(power)), BOTTOM + 20.0);
            writeln!(
                svg,
                r#"<text x="{x:.1}" y="{y}" text-anchor="middle">{}</text>"#,
                power_of_ten(power)
            )?;
        }
        for power in (up.low..=up.high).filter(labeled) {
            let (x, y) = (LEFT - 8.0, frame.y(10f64.powi(power)) + 4.0);
            writeln!(
                svg,
                r#"<text x="{x}" y="{y:.1}" text-anchor="end">{}</text>"#,
                power_of_ten(power)
            )?;
        }
        let (x, y) = ((LEFT + RIGHT) / 2.0, HEIGHT - 14.0);
        writeln!(
            svg,
            r#"<text x="{x}" y="{y}" text-anchor="middle">{}</text>"#,
            escaped(self.x_label)
        )?;
        let y = (TOP + BOTTOM) / 2.0;
        let label = escaped(self.y_label);
        writeln!(
            svg,
            r#"<text transform="translate(20 {y}) rotate(-90)" text-anchor="middle">{label}</text>"#
        )
    }

    fn write_guides(&self, frame: &Frame, svg: &mut String) -> std::fmt::Result {
        for guide in &self.guides {
            let (x, y) = guide.through;
            let along = |decades: f64| {
                (
                    x * 10f64.powf(decades),
                    y * 10f64.powf(decades * f64::from(guide.slope)),
                )
            };
            let reach = 2.5 / f64::from(guide.slope.abs().max(1));
            let (a, b) = (along(-reach), along(reach));
            let [ax, ay, bx, by] = [frame.x(a.0), frame.y(a.1), frame.x(b.0), frame.y(b.1)];
            writeln!(
                svg,
                r##"<path d="M{ax:.1} {ay:.1}L{bx:.1} {by:.1}" stroke="#666" stroke-dasharray="5 4"/>"##
            )?;
            // Above the middle of the line, on the side away from the points.
            let (x, y) = ((ax + bx) / 2.0, (ay + by) / 2.0);
            let (x, anchor) = if guide.slope > 0 {
                (x - 8.0, "end")
            } else {
                (x + 8.0, "start")
            };
            let slope = if guide.slope < 0 {
                format!("−{}", -guide.slope)
            } else {
                guide.slope.to_string()
            };
            writeln!(
                svg,
                r##"<text x="{x:.1}" y="{:.1}" text-anchor="{anchor}" fill="#555">slope {slope}</text>"##,
                y - 4.0
            )?;
        }
        Ok(())
    }
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 700.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 412.0;
/// Blue and vermilion, which everybody can tell apart (Okabe & Ito, Color Universal Design).
const COLORS: [&str; 2] = ["#0072b2", "#d55e00"];

/// Where values stand in a picture.
struct Frame {
    across: Range,
    up: Range,
}

impl Frame {
    fn new((across, up): (Range, Range)) -> Frame {
        Frame { across, up }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + self.across.place(value) * (RIGHT - LEFT)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - self.up.place(value) * (BOTTOM - TOP)
    }
}

/// A line through the points, a mark at each, and a line of the legend.
fn write_series(series: &Series, (color, at): (&str, u8), frame: &Frame, svg: &mut String) -> std::fmt::Result {
    let mark = |x: f64, y: f64| match at {
        0 => format!(r##"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" fill="#fff" stroke="{color}" stroke-width="1.6"/>"##),
        _ => {
            let (left, top) = (x - 3.0, y - 3.0);
            format!(r#"<rect x="{left:.1}" y="{top:.1}" width="6" height="6" fill="{color}"/>"#)
        }
    };
    let path: Vec<String> = series
        .points
        .iter()
        .map(|(x, y)| format!("{:.1} {:.1}", frame.x(*x), frame.y(*y)))
        .collect();
    if !path.is_empty() {
        writeln!(
            svg,
            r#"<path d="M{}" fill="none" stroke="{color}" stroke-width="1.6"/>"#,
            path.join("L")
        )?;
    }
    for (x, y) in &series.points {
        writeln!(svg, "{}", mark(frame.x(*x), frame.y(*y)))?;
    }
    let (x, y) = (LEFT + 24.0, BOTTOM - 34.0 + 20.0 * f64::from(at));
    writeln!(svg, "{}", mark(x, y))?;
    writeln!(
        svg,
        r#"<text x="{}" y="{}">{}</text>"#,
        x + 12.0,
        y + 4.5,
        escaped(series.name)
    )
}

/// `10` with a raised power, in characters that every renderer of SVG places alike.
fn power_of_ten(power: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |digit: char| match digit.to_digit(10) {
        Some(digit) => DIGITS[digit as usize],
        None => '⁻',
    };
    match power {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        power => format!("10{}", power.to_string().chars().map(raised).collect::<String>()),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> Plot {
        let points = |power: i32| (0..=16).map(|at| (10f64.powi(-at), 10f64.powi(-at * power))).collect();
        Plot {
            title: "a < b".to_owned(),
            description: "two lines".to_owned(),
            x_label: "step",
            y_label: "error",
            series: [
                Series {
                    name: "first",
                    points: points(1),
                },
                Series {
                    name: "second",
                    points: points(2),
                },
            ],
            guides: vec![
                Guide {
                    through: (1e-4, 1e-4),
                    slope: 1,
                },
                Guide {
                    through: (1e-4, 1e-4),
                    slope: -1,
                },
            ],
        }
    }

    #[test]
    fn rows_fit_a_terminal() {
        for notation in [Notation::Text, Notation::Unicode] {
            let rows = plot().rows(notation);
            assert!(rows.iter().all(|row| row.chars().count() <= 72), "{}", rows.join("\n"));
            assert_eq!(rows.len(), 1 + 33 + 2);
        }
        let rows = plot().rows(Notation::Text);
        assert!(rows[1].starts_with("  1e0 |") && rows[1].ends_with('*'), "{}", rows[1]);
        assert!(
            rows[35].contains("1e-16") && rows[35].ends_with("1e0") && rows[35].contains("step"),
            "{}",
            rows[35]
        );
    }

    #[test]
    fn svg_says_what_it_shows() {
        let svg = plot().svg();
        for part in [
            "<title id=\"title\">a &lt; b</title>",
            "<desc id=\"desc\">two lines",
            ">slope 1<",
            ">slope −1<",
        ] {
            assert!(svg.contains(part), "{part}");
        }
        assert_eq!(svg.matches("<circle").count(), 18);
        assert_eq!(svg.matches("NaN").count(), 0);
    }

    #[test]
    fn points_at_zero_are_drawn_at_the_edge() {
        let mut plot = plot();
        plot.series[0].points = vec![(1.0, 0.0), (1e-3, 0.0)];
        plot.series[1].points = Vec::new();
        assert!(plot.svg().contains("<circle") && !plot.svg().contains("inf"));
        assert!(
            plot.rows(Notation::Text)[2].contains('o'),
            "{:?}",
            plot.rows(Notation::Text)
        );
    }
}
