// Debian's libseccomp (package libseccomp-dev), and the seccomp(2) interface of the kernel.
#ifndef CSECCOMP_H
#define CSECCOMP_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/utsname.h>

#endif
