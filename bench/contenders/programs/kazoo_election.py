# kazoo's Election, with the connection listener that its manual advises. The protocol is that of stage.ts.
import os, sys, threading, time
from kazoo.client import KazooClient, KazooState

address, election, candidate_id, ttl_ms = sys.argv[1:5]
print_lock = threading.Lock()


def now_ms():
    return time.monotonic_ns() / 1e6


def say(event, at_ms=None, more=""):
    with print_lock:
        sys.stdout.write("%s %.6f %s\n" % (event, now_ms() if at_ms is None else at_ms, more))
        sys.stdout.flush()


class Actor:
    def __init__(self, client):
        self.election = client.Election("/" + election, candidate_id)
        self.resign = threading.Event()
        self.leads = False

    def campaign(self):
        self.resign.clear()
        threading.Thread(target=self.run, daemon=True).start()
        while not self.leads and candidate_id not in self.election.contenders():
            time.sleep(0.02)
        if not self.leads:
            say("standing")

    def run(self):
        self.election.run(self.lead)
        say("resigned")

    def lead(self):
        self.leads = True
        say("elected")
        self.resign.wait()
        self.leads = False

    def listen(self, state):
        if state != KazooState.CONNECTED and self.leads:
            self.leads = False
            say("lost")


def look(actor):
    last = now_ms()
    while True:
        time.sleep(0.002)
        now = now_ms()
        if now - last > 1000:
            leads = actor.leads
            say("awake", None, "leads" if leads else "led")
        last = now


client = KazooClient(hosts=address, timeout=float(ttl_ms) / 1000)
client.start()
actor = Actor(client)
client.add_listener(actor.listen)
threading.Thread(target=look, args=(actor,), daemon=True).start()
say("ready", None, str(os.getpid()))
for line in sys.stdin:
    if line.strip() == "campaign":
        actor.campaign()
    else:
        at_ms = now_ms()
        actor.resign.set()
        say("resigning", at_ms)
os._exit(0)
