//! Which ads count: an option that several commands share.

use crate::case::Folder;
use crate::case::ad::{Ad, Verdict};
use crate::case::decisions::Decisions;
use crate::case::ledger::Ledger;
use crate::case::rates::Rates;

/// Flattened into the arguments of a command that counts ads.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CountedArgs {
    /// Count these verdicts besides `flag`
    #[arg(long, value_name = "VERDICT", value_delimiter = ',')]
    include: Vec<Included>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Included {
    Review,
    Clear,
}

impl CountedArgs {
    /// The verdicts that count.
    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let mut verdicts = vec![Verdict::Flag];
        if self.include.contains(&Included::Review) {
            verdicts.push(Verdict::Review);
        }
        if self.include.contains(&Included::Clear) {
            verdicts.push(Verdict::Clear);
        }
        verdicts
    }
}

/// The ads of `case` that count.
pub(super) fn counted(case: &Folder, args: &CountedArgs) -> anyhow::Result<Vec<Ad>> {
    let decisions = Decisions::of(case.path())?;
    Ok(Ledger::of(case.path()).counted(&args.verdicts(), &decisions, &Rates::shipped())?)
}
