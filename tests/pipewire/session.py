"""A private PipeWire session (daemon, session manager, message bus), and programs that write and read in it."""
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time

PROGRAMS = ("dbus-daemon", "pipewire", "wireplumber", "pw-dump")
# A bus that starts no services: nothing but what is named here runs, and nothing stays behind.
BUS = """<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>"""


def missing_programs(*more):
    return [name for name in (*PROGRAMS, *more) if shutil.which(name) is None]


def eventually(done, limit=20.0, pause=0.02):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        value = done()
        if value:
            return value
        time.sleep(pause)
    return done()


class Lines:
    """A program's standard output, line by line, read in the background."""

    def __init__(self, stream):
        self.all = []
        self._queue = queue.Queue()
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        for line in stream:
            self.all.append(line.rstrip("\n"))
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def wait_for(self, word, timeout=30):
        """The next line that begins with the word; others are passed over."""
        end = time.monotonic() + timeout
        while True:
            try:
                line = self._queue.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line '{word}...' within {timeout} s; had {self.all[-20:]}") from None
            if line is None:
                raise AssertionError(f"the program ended without a line '{word}...'; said {self.all[-20:]}")
            if line.split(" ")[0] == word:
                return line.split(" ")

    def join(self):
        self._thread.join(10)


class Session:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vbg-pipewire-"))
        run = self.folder / "run"
        run.mkdir(mode=0o700)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("PIPEWIRE_", "DBUS_", "XDG_", "DISPLAY"))}
        self.env.update(XDG_RUNTIME_DIR=str(run), HOME=str(self.folder), XDG_CONFIG_HOME=str(self.folder / "config"),
                        XDG_STATE_HOME=str(self.folder / "state"), VBG_PREPARED="1", OMP_WAIT_POLICY="passive",
                        DBUS_SESSION_BUS_ADDRESS=f"unix:path={run}/bus")
        self.socket = run / "pipewire-0"
        self._running = []
        (self.folder / "bus.conf").write_text(BUS.format(run / "bus"))
        self._daemons = []
        try:
            self._spawn("dbus-daemon", f"--config-file={self.folder / 'bus.conf'}", "--nofork", "--nopidfile")
            assert eventually((run / "bus").exists), "no message bus: " + self.logs()
            self.start()
        except BaseException:
            self.close()
            raise

    def _spawn(self, *command):
        log = open(self.folder / f"{pathlib.Path(command[0]).name}.log", "ab")
        process = subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self._running.append(process)
        return process

    def start(self):
        """Daemon and session manager."""
        daemon = self._spawn("pipewire")
        assert eventually(self.socket.exists), "the PipeWire daemon does not start: " + self.logs()
        self._daemons = [daemon, self._spawn("wireplumber")]
        assert eventually(lambda: self.lists("WirePlumber [export]"), pause=0.2), "no session manager: " + self.logs()

    def dump(self):
        """All that the daemon lists, as text."""
        command = subprocess.run(["pw-dump"], env=self.env, capture_output=True, text=True, timeout=30, check=False)
        return command.stdout

    def lists(self, text):
        return text in self.dump()

    def state(self, name):
        """Of a node: running, idle or suspended; empty where there is none of that name."""
        listed = json.loads(self.dump() or "[]")
        infos = [thing["info"] for thing in listed if thing["type"].endswith(":Node") and thing.get("info")]
        return next((info["state"] for info in infos if info["props"].get("node.name") == name), "")

    def stop(self):
        """Both, as they go when they crash: at once. The session manager first, so that it sees no loss."""
        for process in reversed(self._daemons):
            end(process, signal.SIGKILL)
        self.socket.unlink(missing_ok=True)

    def logs(self):
        return "\n".join(f"{p.name}: {p.read_text(errors='replace')[-1500:]}" for p in self.folder.glob("*.log"))

    def popen(self, *command, **kwargs):
        process = subprocess.Popen([str(c) for c in command], env=self.env, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, **kwargs)
        self._running.append(process)
        process.said, process.log = Lines(process.stdout), Lines(process.stderr)
        return process

    def close(self):
        for process in reversed(self._running):
            end(process, signal.SIGTERM)
            for lines in (getattr(process, "said", None), getattr(process, "log", None)):
                if lines:
                    lines.join()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def end(process, how):
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Producer:
    """The program that feeds the sink; the session starts it, and its answers are read line by line."""

    def __init__(self, session, program, spec, size, pixel_format, fps):
        self.process = session.popen(program, spec, size, pixel_format, fps, stdin=subprocess.PIPE)
        self.opened = self.process.said.wait_for("open")

    def tell(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def ask(self, text, answer=None):
        self.tell(text)
        return self.process.said.wait_for(answer or text.split(" ", maxsplit=1)[0])[1:]

    def counters(self):
        return dict(zip(("shown", "repeated", "dropped", "reopened"), map(int, self.ask("counters"))))

    def demand(self):
        return self.ask("demand")[0]

    def quit(self):
        if self.process.poll() is None:
            self.tell("quit")
            assert self.process.wait(20) == 0, self.process.log.all[-20:]
