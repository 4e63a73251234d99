//! Cuts JSON that is not an object a line into one object a line: an array of
//! objects, an object that holds one, or objects over several lines.

use std::io::{self, Read};

use super::unpack::{Bytes, SAMPLE};

/// Where records stand in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// One after the other.
    Bare,
    /// In an array.
    Array,
    /// In the array that is this member of an object.
    Member(String),
}

/// JSON with one record a line, made of JSON with records at a place.
pub(super) struct Elements {
    input: Bytes,
    cutter: Cutter,
    raw: Vec<u8>,
    at: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    CutOff,
    Done,
}

impl Elements {
    pub(super) fn new(input: Bytes, place: Place) -> Self {
        let cutter = Cutter::new(place);
        Self { input, cutter, raw: vec![0; SAMPLE], at: 0, state: State::Reading }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.cutter.lines.clear();
        self.at = 0;
        let read = self.input.read(&mut self.raw)?;
        for byte in &self.raw[..read] {
            self.cutter.take(*byte);
        }
        if read == 0 {
            self.cutter.finish();
            self.state = if self.cutter.is_open() { State::CutOff } else { State::Done };
        }
        Ok(())
    }
}

impl Read for Elements {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.cutter.lines.len() {
            match self.state {
                State::Reading => self.fill()?,
                State::Done => return Ok(0),
                State::CutOff => {
                    self.state = State::Done;
                    let said = "the JSON is cut off";
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, said));
                }
            }
        }
        let ready = &self.cutter.lines[self.at..];
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.at += count;
        Ok(count)
    }
}

/// Follows brackets and strings, and nothing else of the grammar: a record that is
/// wrong inside is found wrong when it is read.
struct Cutter {
    /// Brackets around a record.
    around: usize,
    member: Option<String>,
    depth: usize,
    key: Vec<u8>,
    in_records: bool,
    in_record: bool,
    in_string: bool,
    escaped: bool,
    lines: Vec<u8>,
}

impl Cutter {
    fn new(place: Place) -> Self {
        let (around, member) = match place {
            Place::Bare => (0, None),
            Place::Array => (1, None),
            Place::Member(name) => (2, Some(name)),
        };
        Self {
            around,
            in_records: member.is_none(),
            member,
            depth: 0,
            key: Vec::new(),
            in_record: false,
            in_string: false,
            escaped: false,
            lines: Vec::new(),
        }
    }

    fn is_open(&self) -> bool {
        self.depth > 0 || self.in_string
    }

    fn take(&mut self, byte: u8) {
        if self.in_string {
            self.in_string = byte != b'"' || self.escaped;
            self.escaped = byte == b'\\' && !self.escaped;
            if self.in_string && self.member.is_some() && self.depth == 1 {
                self.key.push(byte);
            }
            self.keep(byte);
            return;
        }
        match byte {
            b'"' => {
                self.in_string = true;
                self.key.clear();
                self.begin(byte);
            }
            b'{' | b'[' => {
                if self.depth == 1 && byte == b'[' && self.around == 2 {
                    self.in_records = self.member.as_deref().map(str::as_bytes) == Some(&self.key);
                }
                self.begin(byte);
                self.depth += 1;
            }
            b'}' | b']' => self.close(byte),
            b',' if self.depth == self.around => self.finish(),
            b'\n' | b'\r' | b'\t' | b' ' if self.depth == self.around => {}
            _ => self.begin(byte),
        }
    }

    fn close(&mut self, byte: u8) {
        if self.depth > self.around {
            self.keep(byte);
        }
        self.depth = self.depth.saturating_sub(1);
        if self.depth <= self.around {
            self.finish();
        }
        if self.depth < self.around {
            self.in_records = self.around < 2;
        }
    }

    fn begin(&mut self, byte: u8) {
        self.in_record |= self.in_records && self.depth >= self.around;
        self.keep(byte);
    }

    fn keep(&mut self, byte: u8) {
        if self.in_record {
            // Between tokens a line end is a space, and in a string it may not stand.
            self.lines.push(if byte == b'\n' || byte == b'\r' { b' ' } else { byte });
        }
    }

    fn finish(&mut self) {
        if self.in_record {
            self.lines.push(b'\n');
            self.in_record = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::{Elements, Place};

    fn cut(json: &str, place: Place) -> (String, Option<String>) {
        let mut lines = String::new();
        let input = Box::new(Cursor::new(json.as_bytes().to_vec()));
        let end = Elements::new(input, place).read_to_string(&mut lines);
        (lines, end.err().map(|err| err.to_string()))
    }

    #[test]
    fn records_are_cut_wherever_they_stand() {
        let array = "[\n {\"a\": [1,\n 2], \"b\":\"],\\\"}\"} , {\"c\":{}},\n7, {\"d\":null}]\n";
        let lines = "{\"a\": [1,  2], \"b\":\"],\\\"}\"}\n{\"c\":{}}\n7\n{\"d\":null}\n";
        assert_eq!(cut(array, Place::Array), (lines.to_owned(), None));
        let bare = "{\"a\":\n 1}\n\n{\"b\":2}{\"c\":3}";
        assert_eq!(
            cut(bare, Place::Bare),
            ("{\"a\":  1}\n{\"b\":2}\n{\"c\":3}\n".to_owned(), None)
        );
        let wrapped =
            r#"{"n":2,"tags":[{"x":1}],"m":{"ads":[{"y":1}]},"ads":[{"a":1},{"b":[]}],"z":[3]}"#;
        let place = Place::Member("ads".to_owned());
        assert_eq!(cut(wrapped, place), ("{\"a\":1}\n{\"b\":[]}\n".to_owned(), None));
        assert_eq!(cut("[]", Place::Array), (String::new(), None));
    }

    #[test]
    fn a_cut_off_array_gives_what_it_has_and_says_so() {
        for (json, lines) in
            [("[{\"a\":1},{\"b\":", "{\"a\":1}\n{\"b\":\n"), ("[{\"a\":1},", "{\"a\":1}\n")]
        {
            let mut input =
                Elements::new(Box::new(Cursor::new(json.as_bytes().to_vec())), Place::Array);
            let mut all = vec![0; 100];
            let count = input.read(&mut all).unwrap();
            let end = (0..3).find_map(|_| input.read(&mut all[count..]).err());
            let said = end.unwrap().to_string();
            let rest = lines.strip_prefix(std::str::from_utf8(&all[..count]).unwrap());
            assert!(rest.is_some(), "{json}");
            assert_eq!(said, "the JSON is cut off");
        }
    }
}
