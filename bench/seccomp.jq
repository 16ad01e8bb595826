# Resolves the profile of containers/common (groups with `includes` and `excludes`) for one container
# on this machine, as an engine does before it writes linux.seccomp.
#
#   jq --arg machine x86_64 --argjson capabilities '["CAP_KILL"]' -f seccomp.jq seccomp.json

# Names by `uname -m`: what the profile's groups and its archMap call the machine.
({ x86_64: ["amd64", "SCMP_ARCH_X86_64"], aarch64: ["arm64", "SCMP_ARCH_AARCH64"],
   s390x: ["s390x", "SCMP_ARCH_S390X"], ppc64le: ["ppc64le", "SCMP_ARCH_PPC64LE"] }[$machine]
  // error("no seccomp names are known for \($machine)")) as [$arch, $native]
| def holds($wanted; $owned): any($wanted[]?; . as $one | any($owned[]; . == $one));
  def applies:
    ((.includes.arches // []) as $a | ($a == [] or holds($a; [$arch])))
    and ((.includes.caps // []) as $c | ($c == [] or holds($c; $capabilities)))
    and (holds(.excludes.arches // []; [$arch]) | not)
    and (holds(.excludes.caps // []; $capabilities) | not);
{
  defaultAction, defaultErrnoRet,
  architectures: ([$native]
    + ([.archMap[] | select(.architecture == $native) | .subArchitectures[]])),
  syscalls: [.syscalls[] | select(applies)
    | { names, action } + (if .errnoRet then { errnoRet } else {} end)
      + (if (.args // []) == [] then {} else { args } end)]
}
