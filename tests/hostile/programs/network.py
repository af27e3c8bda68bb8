# What it tries: Send the notebook away: TCP, UDP, a name to resolve, a socket of the system, an abstract one.
import socket

gained = []
for family, kind, address in ((socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 22)), (socket.AF_INET, socket.SOCK_DGRAM, ("1.1.1.1", 53)),
                              (socket.AF_UNIX, socket.SOCK_STREAM, "\0abstract"), (socket.AF_UNIX, socket.SOCK_STREAM, "/run/dbus/system_bus_socket"),
                              (16, socket.SOCK_RAW, (0, 0))):
    try:
        one = socket.socket(family, kind)
        one.settimeout(1)
        one.connect(address)
        one.send(b"x")
        gained.append(address)
    except OSError:
        pass
try:
    gained.append(socket.getaddrinfo("example.org", 80))
except OSError:
    pass
