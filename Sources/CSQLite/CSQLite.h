// Debian's SQLite (package libsqlite3-dev).
#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

// A macro with a cast, which Swift does not see: the library copies what it is given.
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }

// A variadic function, which Swift does not see.
static inline int csqlite_keep_log_on_close(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

#endif
