//! The endings that may follow the stem of a word, by the family of its language.
//!
//! A stem is found at the beginning of a word. What is left must be an ending that
//! the language writes, or *кит* (whale) would be found in *Китай* (China).

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Which endings may follow a stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Up to six letters of any kind.
    Any,
    /// Of Polish and Czech nouns and adjectives.
    WestSlavic,
    /// Of Russian and Ukrainian nouns and adjectives.
    EastSlavic,
    /// Turkish suffixes, one after the other.
    Turkish,
    /// Arabic pronouns, plurals and adjectives.
    Arabic,
    /// Of Swedish nouns.
    Swedish,
    /// Of Finnish nouns: cases, owners, plurals.
    Finnish,
    /// Of Hungarian nouns: cases, owners, plurals.
    Hungarian,
}

/// Without -o, which calls somebody: *leopardo* is Spanish. Neuter nouns are listed with theirs.
const WEST_SLAVIC: &str = " a ach ami am ata ati atek ech eho ej ek em emi emu er ey i ich ie iego iej \
    iemu im imi in ich iho imu iom iow ka ki ke ku kiem kow kami ku ko m mi my och om ou ove \
    ovi ow owa owe owi owie owych owej owym owa ovy ova ovou ovym ovych u um umi us y ych ym ymi \
    yho ymu ze zi ia iu e ego ek ku cie ce cy on onu onem nej neho nych nym ni nou na ne ny ";

const EAST_SLAVIC: &str = " а у ом ем е ы и ов ев ей ам ям ами ями ах ях ой ою ею ей я ю ь ью ья ье \
    ий ый ой ого его ому ему ым им ом ем ых их ыми ими ая яя ое ее ую юю ые ие ою ею \
    і ї є їв ів ові еві єві єю ій їй ої ьої ому ьому ії иї ею ю ому ими їх іх ми \
    овый овая овое овые ового овой овую овым овых овий ова ове ові ових овим ову ової овою \
    иный иная инный ка ки ку кой ке ок кам ками ків ик ика иков иком чик чика ек ёк \
    онок ёнок енок ята ят ятами еня енята енят ко ца це ці цы ами ин ина ины ину ячий ячья \
    ый ая иха ихи ису ис иса иск ска ск ч ча чи чей чий чья чьи ";

const SWEDISH: &str = " n en t et r ar er or na rna arna erna orna s ns ens ts ets rs ars ers ors \
    nas rnas arnas ernas ornas ";

const FINNISH: &str = " n t a ta tta ssa sta an en in on un yn han hin hon hun seen lla lta lle ksi na \
    ja jen ien iden itten ia oja ojen oita oiden oissa oista oihin oilla oilta oille oina eja ejen \
    eita eiden eissa eista ita issa ista iin illa ilta ille iksi ina i ni si nsa mme nne kin ko ";

const HUNGARIAN: &str = " k ok ek ak t at et ot nak nek ban ben bol val vel hoz hez ra re rol tol ba be \
    on en n kat ket okat eket akat ja je jai jei juk i ig ert kent a e m d uk nk onk okkal ekkel \
    okban ekben oknak eknek okrol ekrol okbol ekbol os es as bal bel cal cel dal del gal gel jal \
    jel kal kel lal lel mal mel nal nel pal pel ral rel sal sel tal tel zal zel ";

const TURKISH: &[&str] = &[
    "lar", "ler", "i", "u", "a", "e", "ya", "ye", "yi", "yu", "da", "de", "ta", "te", "dan", "den",
    "tan", "ten", "in", "un", "nin", "nun", "im", "um", "si", "su", "na", "ne", "ni", "nu", "nda",
    "nde", "ndan", "nden", "la", "le", "yla", "yle", "li", "lu", "lik", "luk", "siz", "suz", "ci",
    "cu", "ca", "ce", "n", "m", "dir", "dur", "tir", "tur", "miz", "muz", "niz", "nuz", "ki",
    "cik", "cuk", "cigi", "sini", "sunu",
];

const ARABIC: &[&str] = &[
    "ه", "ها", "هم", "ي", "ك", "نا", "ات", "ين", "ون", "ان", "يه", "ا", "اء", "تين", "يات", "اتها",
    "اته",
];

impl Ending {
    /// True for languages whose endings are all spelled out; see [`is_listed`].
    #[must_use]
    pub fn has_list(self) -> bool {
        !matches!(self, Self::Any | Self::Turkish | Self::Arabic)
    }

    /// The number that stands for it in an index.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Any => 1,
            Self::WestSlavic => 2,
            Self::EastSlavic => 3,
            Self::Turkish => 4,
            Self::Arabic => 5,
            Self::Swedish => 6,
            Self::Finnish => 7,
            Self::Hungarian => 8,
        }
    }

    /// What `number` stands for; 0 for no stem.
    #[must_use]
    pub fn of_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Any,
            2 => Self::WestSlavic,
            3 => Self::EastSlavic,
            4 => Self::Turkish,
            5 => Self::Arabic,
            6 => Self::Swedish,
            7 => Self::Finnish,
            8 => Self::Hungarian,
            _ => return None,
        })
    }

    /// True when `rest`, folded, may follow `stem`.
    #[must_use]
    pub fn fits(self, stem: &str, rest: &str) -> bool {
        let letters = rest.chars().count();
        if letters == 0 {
            return true;
        }
        if letters > 8 || !rest.chars().all(char::is_alphabetic) {
            return false;
        }
        match self {
            Self::Any => letters <= 6,
            Self::WestSlavic | Self::Swedish | Self::Finnish | Self::Hungarian => {
                self.is_listing(rest)
            }
            Self::EastSlavic => {
                // After a short stem only the endings of cases.
                self.is_listing(rest) && (letters <= 2 || stem.chars().count() >= 4)
            }
            Self::Turkish => {
                let after_vowel = stem.ends_with(is_turkish_vowel);
                let opens_with = rest.chars().next().unwrap_or(' ');
                // Buffer letters stand after vowels only.
                (after_vowel || !"nmsy".contains(opens_with)) && is_chain(rest)
            }
            Self::Arabic => ARABIC.contains(&rest),
        }
    }

    /// True when the list of the family has `rest`.
    fn is_listing(self, rest: &str) -> bool {
        let listed = LISTED.get(rest).copied().unwrap_or(0);
        let place = LISTS.iter().position(|(family, _)| *family == self);
        place.is_some_and(|bit| listed & 1 << bit != 0)
    }
}

/// The languages whose endings are all spelled out.
const LISTS: [(Ending, &str); 5] = [
    (Ending::WestSlavic, WEST_SLAVIC),
    (Ending::EastSlavic, EAST_SLAVIC),
    (Ending::Swedish, SWEDISH),
    (Ending::Finnish, FINNISH),
    (Ending::Hungarian, HUNGARIAN),
];

/// Their endings, with a bit for each of [`LISTS`] that an ending is in.
static LISTED: LazyLock<FxHashMap<&'static str, u8>> = LazyLock::new(|| {
    let mut listed = FxHashMap::default();
    for (bit, (_, list)) in LISTS.iter().enumerate() {
        for ending in list.split_whitespace() {
            *listed.entry(ending).or_default() |= 1 << bit;
        }
    }
    listed
});

/// True when `rest`, folded, may follow some stem of a language whose endings are listed.
#[must_use]
pub fn is_listed(rest: &str) -> bool {
    rest.is_empty() || LISTED.contains_key(rest)
}

fn is_turkish_vowel(c: char) -> bool {
    "aeiou".contains(c)
}

/// True when `rest` is made of Turkish suffixes.
fn is_chain(rest: &str) -> bool {
    rest.is_empty() || TURKISH.iter().any(|suffix| rest.strip_prefix(suffix).is_some_and(is_chain))
}

#[cfg(test)]
mod tests {
    use super::Ending;

    #[test]
    fn endings_follow_and_other_words_do_not() {
        for (ending, stem, rest, is_one) in [
            (Ending::EastSlavic, "кит", "ы", true),
            (Ending::EastSlavic, "кит", "ай", false),
            (Ending::EastSlavic, "попуга", "ями", true),
            (Ending::EastSlavic, "питон", "овый", true),
            (Ending::Turkish, "fildisi", "nden", true),
            (Ending::Turkish, "fil", "leri", true),
            (Ending::Turkish, "fil", "tre", false),
            (Ending::Turkish, "fil", "m", false),
            (Ending::Arabic, "عاج", "ي", true),
            (Ending::Arabic, "عاج", "ل", false),
            (Ending::WestSlavic, "papug", "ami", true),
            (Ending::WestSlavic, "hood", "ie", true),
            (Ending::WestSlavic, "hood", "oos", false),
            (Ending::Swedish, "elefant", "erna", true),
            (Ending::Swedish, "stork", "age", false),
            (Ending::Finnish, "leijona", "lle", true),
            (Ending::Finnish, "susi", "kka", false),
            (Ending::Hungarian, "tigris", "sel", true),
            (Ending::Hungarian, "bagoly", "nak", true),
            (Ending::Hungarian, "dol", "by", false),
        ] {
            assert_eq!(ending.fits(stem, rest), is_one, "{stem}+{rest}");
        }
    }

    #[test]
    fn numbers_go_both_ways() {
        for number in 1..=8 {
            assert_eq!(Ending::of_number(number).map(Ending::number), Some(number));
        }
    }
}
