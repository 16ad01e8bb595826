// Debian's zlib (package zlib1g-dev); a static program takes its archive.
#ifndef CZLIB_H
#define CZLIB_H

#include <zlib.h>

#endif
