// Debian's SQLite (package libsqlite3-dev).
#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

// A macro with a cast, which Swift does not see: the library copies what it is given.
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }

#endif
