// Debian's libzstd (package libzstd-dev); a static program takes its archive.
#ifndef CZSTD_H
#define CZSTD_H

#include <zstd.h>

#endif
