// Debian's libbz2 (package libbz2-dev); a static program takes its archive.
#ifndef CBZIP2_H
#define CBZIP2_H

#include <stdio.h>
#include <bzlib.h>

#endif
