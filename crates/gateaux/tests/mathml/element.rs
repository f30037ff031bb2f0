//! MathML read again: elements by the grammar of MathML Core, and what they hold.

/// An element, its place in the order of the text, and what is in it.
#[derive(Debug)]
pub struct Element {
    pub tag: String,
    pub text: String,
    pub children: Vec<Element>,
}

/// The elements that may occur, and how many children they have; none: they hold text.
const ELEMENTS: &[(&str, Option<std::ops::RangeInclusive<usize>>)] = &[
    ("math", Some(1..=1)),
    ("mrow", Some(0..=usize::MAX)),
    ("mfrac", Some(2..=2)),
    ("msqrt", Some(1..=1)),
    ("msub", Some(2..=2)),
    ("msup", Some(2..=2)),
    ("msubsup", Some(3..=3)),
    ("munder", Some(2..=2)),
    ("mover", Some(2..=2)),
    ("munderover", Some(3..=3)),
    ("mtable", Some(1..=usize::MAX)),
    ("mtr", Some(1..=usize::MAX)),
    ("mtd", Some(1..=1)),
    ("mi", None),
    ("mn", None),
    ("mo", None),
    ("mtext", None),
    ("mspace", None),
];

/// The attributes that may occur.
const ATTRIBUTES: &[&str] = &[
    " xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"",
    " displaystyle=\"true\"",
    " mathvariant=\"normal\"",
    " form=\"prefix\"",
    " form=\"prefix\" stretchy=\"true\"",
    " form=\"postfix\" stretchy=\"true\"",
    " stretchy=\"true\"",
    " accent=\"true\"",
    " lspace=\"0\" rspace=\"0\"",
    " rspace=\"0.1667em\"",
    " width=\"1em\"",
    " class=\"lhs\"",
    " class=\"rhs\"",
    "",
];

/// Reads one `math` element.
pub fn read(xml: &str) -> Result<Element, String> {
    let mut open: Vec<Element> = Vec::new();
    let mut rest = xml;
    while let Some(markup) = rest.strip_prefix('<') {
        let (tag, behind) = markup.split_once('>').ok_or("a tag without end")?;
        let (text, next) = behind.split_at(behind.find('<').unwrap_or(behind.len()));
        let is_end = tag.starts_with('/');
        let is_empty = tag.ends_with('/');
        let tag = tag.trim_matches('/');
        let (name, attributes) = tag.split_at(tag.find(' ').unwrap_or(tag.len()));
        if !ATTRIBUTES.contains(&attributes) {
            return Err(format!("<{tag}> has other attributes"));
        }
        if !is_end {
            open.push(Element {
                tag: name.to_owned(),
                text: String::new(),
                children: Vec::new(),
            });
        }
        if is_end || is_empty {
            let element = open.pop().filter(|last| last.tag == name);
            let element = element.ok_or_else(|| format!("</{name}> closes nothing"))?;
            element.check()?;
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None if next.is_empty() && text.is_empty() => return Ok(element),
                None => return Err(format!("behind the element there is {text}{next}")),
            }
        }
        if let (Some(last), false) = (open.last_mut(), text.is_empty()) {
            if is_end || is_empty {
                return Err(format!("text beside elements: {text}"));
            }
            last.text = resolved(text)?;
        }
        rest = next;
    }
    Err(format!("it does not end with an element: {rest}"))
}

fn resolved(text: &str) -> Result<String, String> {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    let entities = text.matches('&').count();
    match entities == text.matches("&amp;").count() {
        true => Ok(text.replace("&amp;", "&")),
        false => Err(format!("an entity that XML does not have: {text}")),
    }
}

impl Element {
    /// Holds the element to the grammar, and a row to what its neighbors need.
    fn check(&self) -> Result<(), String> {
        let found = ELEMENTS.iter().find(|(tag, _)| *tag == self.tag);
        let (_, arity) = found.ok_or_else(|| format!("MathML Core has no <{}>", self.tag))?;
        let count = self.children.len();
        match arity {
            Some(arity) if !arity.contains(&count) => return Err(format!("<{}> with {count} children", self.tag)),
            Some(_) if !self.text.is_empty() => return Err(format!("<{}> with text", self.tag)),
            None if count > 0 => return Err(format!("<{}> with elements", self.tag)),
            None if self.text.is_empty() && self.tag != "mspace" => return Err(format!("an empty <{}>", self.tag)),
            Some(_) | None => {}
        }
        let inside = match self.tag.as_str() {
            "mtable" => Some("mtr"),
            "mtr" => Some("mtd"),
            _ => None,
        };
        for child in &self.children {
            let is_cell = ["mtr", "mtd", "math"].contains(&child.tag.as_str());
            if inside.map_or(is_cell, |wanted| child.tag != wanted) {
                return Err(format!("<{}> in <{}>", child.tag, self.tag));
            }
        }
        if self.text.starts_with('\\') {
            return Err(format!("the command {} is not known", self.text));
        }
        let is_row = self.tag == "mrow";
        match self
            .children
            .windows(2)
            .find(|pair| is_row && pair[0].ends_operand() && pair[1].is_operand())
        {
            Some(pair) => Err(format!(
                "nothing between {:?} and {:?}",
                pair[0].words(),
                pair[1].words()
            )),
            None => Ok(()),
        }
    }

    /// What scripts stand at.
    fn core(&self) -> &Element {
        let is_scripted = ["msub", "msup", "msubsup", "munder", "mover", "munderover"].contains(&self.tag.as_str());
        match self.children.first() {
            Some(base) if is_scripted => base.core(),
            _ => self,
        }
    }

    fn is_operand(&self) -> bool {
        !["mo", "mtext", "mspace"].contains(&self.core().tag.as_str())
    }

    fn ends_operand(&self) -> bool {
        self.is_operand() && !["∂", "∇"].contains(&self.core().text.as_str())
    }

    /// The names and numbers, in order.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut stack = vec![self];
        while let Some(element) = stack.pop() {
            if ["mi", "mn"].contains(&element.tag.as_str()) {
                words.push(element.text.clone());
            }
            stack.extend(element.children.iter().rev());
        }
        words
    }
}
