//! Taxa, their listings under CITES and Regulation (EC) No 338/97, and search by any name.
