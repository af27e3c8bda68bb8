"""A command in a container as far as the wall around submissions notes it: `python container.py WORDS -- COMMAND`.

    docker      Docker's default filter of system calls: no namespaces, no mounts. (EPERM; ENOSYS for clone3)
    old         besides, that of Docker before 20.10.18, which does not know Landlock
    no-userns   user namespaces forbidden, as by user.max_user_namespaces = 0
    masked      parts of /proc are covered, as in each container
    user        the command runs as nobody; else as root with the powers that Docker leaves it

As root, on x86_64. Everything ends with the command: namespaces and filters of its own.
"""

import ctypes
import os
import struct
import subprocess
import sys

LOAD, EQUAL, BOTH, GIVE = 0x20, 0x15, 0x45, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
EPERM, ENOSYS = 1, 38
CLONE, CLONE3, NAMESPACES = 56, 435, 0x7E020000
WITHOUT_POWER = (                   # what Docker's default profile gives to CAP_SYS_ADMIN and the like alone
    155, 161, 163, 165, 166, 167, 168, 169, 170, 171, 175, 176, 179, 246, 248, 249, 250, 272, 298, 300, 303, 304, 308,
    313, 320, 321, 323, 425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442)
LANDLOCK = (444, 445, 446)
POWERS = ("chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod,"
          "audit_write,setfcap")


def filtered(old):
    """The filter, for this process and all that it starts."""
    rules = [(LOAD, 0, 0, 0), (EQUAL, 0, 4, CLONE), (LOAD, 0, 0, 16), (BOTH, 0, 1, NAMESPACES),
             (GIVE, 0, 0, FAIL | EPERM), (LOAD, 0, 0, 0), (EQUAL, 0, 1, CLONE3), (GIVE, 0, 0, FAIL | ENOSYS)]
    for number in (*WITHOUT_POWER, *(LANDLOCK if old else ())):
        rules += [(EQUAL, 0, 1, number), (GIVE, 0, 0, FAIL | EPERM)]
    code = b"".join(struct.pack("HBBI", *rule) for rule in [*rules, (GIVE, 0, 0, ALLOW)])
    kept = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(kept)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(317, ctypes.c_uint(1), ctypes.c_uint(0), program):          # root needs no NO_NEW_PRIVS for it
        raise OSError(ctypes.get_errno(), "seccomp")


def masked():
    """The container's /proc."""
    for command in (["mount", "--bind", "-o", "ro", "/proc/sys", "/proc/sys"],
                    *(["mount", "--bind", "/dev/null", f"/proc/{name}"] for name in ("kcore", "keys", "timer_list")
                      if os.path.exists(f"/proc/{name}")),
                    *(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", f"/proc/{name}"] for name in ("acpi", "scsi", "fs")
                      if os.path.isdir(f"/proc/{name}"))):
        subprocess.run(command, check=True, capture_output=True)


def with_users_of_its_own():
    """A user namespace with all users of this one; the process that is left waits for it."""
    asks, told = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        ctypes.CDLL(None).unshare(0x10000000)
        os.write(asks[1], b".")
        os.read(told[0], 1)
        return
    os.read(asks[0], 1)
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/{child}/{name}", "w", encoding="ascii") as file:
            file.write("0 0 65536")
    os.write(told[1], b".")
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def main(words, command):
    if "inside" not in words:                       # what is mounted ends with the command
        os.execvp("unshare", ["unshare", "--mount", sys.executable, __file__, "inside", *words, "--", *command])
    if "no-userns" in words:
        with_users_of_its_own()
        with open("/proc/sys/user/max_user_namespaces", "w", encoding="ascii") as file:
            file.write("0")
    if "masked" in words:
        masked()
    if "docker" in words or "old" in words:
        filtered("old" in words)
    down = ["setpriv", f"--bounding-set=-all,+{POWERS.replace(',', ',+')}", "--inh-caps=-all"]
    if "user" in words:
        down = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    os.execvp(down[0], [*down, *command])


if __name__ == "__main__":
    cut = sys.argv.index("--")
    main(sys.argv[1:cut], sys.argv[cut + 1:])
