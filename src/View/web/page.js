// The page of mmm-view: noVNC shows the screen; a second WebSocket passes requests to the host, as docs/control.md has them.
import RFB from "./novnc/core/rfb.js";
import KeyTable from "./novnc/core/input/keysym.js";
import keysyms from "./novnc/core/input/keysymdef.js";

const byId = id => document.getElementById(id);
const retryMs = 2000;
const mostLogLines = 500;
let session, rfb, host, sound;

class Host {
    #socket;
    #waiting = [];

    constructor() {
        this.#socket = new WebSocket(address("host"));
        this.#socket.onmessage = e => this.#take(JSON.parse(e.data));
        this.#socket.onclose = () => {
            this.#waiting.forEach(done => done({ ok: false, error: "the host is not running" }));
            say("The host is not running; trying again …");
            setTimeout(connectHost, retryMs);
        };
        this.opened = new Promise(resolve => { this.#socket.onopen = resolve; });
    }

    // The answers come in the order of the requests; every other line is news.
    #take(line) {
        if ("ok" in line)
            this.#waiting.shift()?.(line);
        else if ("line" in line)
            showLine(line);
        else if (line.changed)
            showApps();
    }

    ask(...words) {
        if (this.#socket.readyState !== WebSocket.OPEN)
            return Promise.resolve({ ok: false, error: "the host is not running" });
        this.#socket.send(JSON.stringify(words.map(String)));
        return new Promise(done => this.#waiting.push(done));
    }
}

// Plays what the host plays. Pieces of 20 ms come while it is not silent; each is put behind the last one.
class Sound {
    #context = new AudioContext({ sampleRate: 48000 });
    #socket;
    #end = 0;
    pieces = 0;

    constructor() {
        this.#open();
    }

    #open() {
        this.#socket = new WebSocket(address("sound"));
        this.#socket.binaryType = "arraybuffer";
        this.#socket.onmessage = e => this.#play(new Int16Array(e.data));
        this.#socket.onclose = () => this.#context.state === "closed" || setTimeout(() => this.#open(), retryMs);
    }

    #play(samples) {
        const lead = .06, most = .5; // seconds
        const now = this.#context.currentTime;
        if (this.#end - now > most)
            return; // too much waits: this piece is left out
        const frames = samples.length / 2;
        const buffer = this.#context.createBuffer(2, frames, 48000);
        for (const channel of [0, 1]) {
            const data = buffer.getChannelData(channel);
            for (let i = 0; i < frames; i++)
                data[i] = samples[2 * i + channel] / 32768;
        }
        const source = new AudioBufferSourceNode(this.#context, { buffer });
        source.connect(this.#context.destination);
        this.#end = Math.max(this.#end, now + lead);
        source.start(this.#end);
        this.#end += buffer.duration;
        this.pieces++;
    }

    close() {
        this.#context.close();
        this.#socket.close();
    }
}

function address(path) {
    const url = new URL(path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.search = `?token=${session.token}`;
    return url.href;
}

function say(text) {
    byId("message").textContent = text;
}

async function command(...words) {
    const answer = await host.ask(...words);
    say(answer.ok ? "" : answer.error);
    return answer;
}

function connectScreen() {
    rfb = new RFB(byId("screen"), address("rfb"), { shared: true });
    rfb.scaleViewport = true;
    rfb.viewOnly = !session.control;
    rfb.background = "transparent";
    rfb.addEventListener("connect", () => {
        say("");
        document.body.dataset.state = "connected";
    });
    rfb.addEventListener("disconnect", () => {
        document.body.dataset.state = "disconnected";
        say("The connection is lost; trying again …");
        setTimeout(start, retryMs);
    });
}

async function connectHost() {
    host = new Host();
    await host.opened;
    say("");
    byId("log").textContent = "";
    const { lines = [] } = await host.ask("follow");
    lines.forEach(showLine);
    showApps();
    showVolume();
    showBrightness();
    showButtons();
}

async function showApps() {
    const { apps = [], clients = [] } = await host.ask("clients");
    const rows = apps.map(app => ({ ...app, client: clients.find(c => c.app === app.app) }));
    const others = clients.filter(c => !c.app).map(c => ({ app: c.name, state: "running", client: c }));
    byId("apps").tBodies[0].replaceChildren(...[...rows, ...others].map(appRow));
}

function appRow(app) {
    const row = document.createElement("tr");
    row.className = `${app.state} ${app.client?.focus ? "front" : ""}`;
    for (const text of [app.app, app.client?.focus ? `${app.state}, front` : app.state, app.restarts ?? "", app.lastExit ?? app.fault ?? ""])
        row.insertCell().textContent = text;
    const tools = row.insertCell();
    if (session.control && app.client && !app.client.focus)
        tools.append(toolButton("Front", () => command("raise", app.client.file)));
    if (session.control && "restarts" in app)
        tools.append(toolButton("Restart", () => command("restart", app.app).then(showApps)));
    return row;
}

function toolButton(text, onClick) {
    const button = document.createElement("button");
    button.textContent = text;
    button.onclick = onClick;
    return button;
}

function showLine({ app, line }) {
    const log = byId("log");
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 20;
    log.append(`${app}: ${line}\n`);
    while (log.childNodes.length > mostLogLines)
        log.firstChild.remove();
    if (isAtEnd)
        log.scrollTop = log.scrollHeight;
}

async function showVolume() {
    const { ok, volume, muted } = await host.ask("volume");
    if (!ok)
        return;
    byId("volume").value = volume;
    byId("mute").checked = muted;
}

// Only a panel with a backlight has it.
async function showBrightness() {
    const { ok, percent } = await host.ask("brightness");
    byId("brightness").parentElement.hidden = !ok;
    byId("brightness").value = percent ?? 100;
}

async function showButtons() {
    const { buttons = [] } = await host.ask("buttons");
    byId("buttons").hidden = buttons.length === 0;
    byId("buttons").querySelector("div").replaceChildren(...buttons.map((name, i) => toolButton(name, () => command("button", i))));
}

// A phone shows its keyboard for a field that has the focus: what is typed there goes to the screen.
function connectKeyboard() {
    const typing = byId("typing");
    const isTouch = matchMedia("(pointer: coarse)").matches;
    byId("keyboard").hidden = !isTouch || !session.control;
    byId("keyboard").onclick = () => typing.focus();
    typing.addEventListener("input", () => {
        for (const c of typing.value)
            rfb.sendKey(keysyms.lookup(c.codePointAt(0)));
        typing.value = "";
    });
    typing.addEventListener("keydown", e => {
        const key = { Backspace: KeyTable.XK_BackSpace, Enter: KeyTable.XK_Return, Tab: KeyTable.XK_Tab }[e.key];
        if (!key)
            return;
        rfb.sendKey(key);
        e.preventDefault();
    });
}

function connectTools() {
    byId("blank").onclick = () => command("blank");
    byId("unblank").onclick = () => command("unblank");
    byId("rotate").onclick = async () => {
        const { ok, degrees } = await command("rotate");
        if (ok)
            command("rotate", (degrees + 90) % 360);
    };
    byId("listen").onchange = e => {
        sound?.close();
        sound = e.target.checked ? new Sound() : undefined;
    };
    byId("volume").onchange = e => command("volume", e.target.value);
    byId("mute").onchange = e => command("mute", e.target.checked ? "on" : "off");
    byId("brightness").onchange = e => command("brightness", e.target.value);
    document.addEventListener("visibilitychange", () => document.hidden || showVolume());
    byId("logout").hidden = !session.login;
}

async function start() {
    try {
        const answer = await fetch("session");
        if (answer.redirected)
            location.reload(); // the login has ended
        session = await answer.json();
    } catch {
        say("mmm-view does not answer; trying again …");
        setTimeout(start, retryMs);
        return;
    }
    document.body.classList.toggle("see", !session.control);
    byId("logout").elements.token.value = session.token;
    connectScreen();
    if (host)
        return;
    connectTools();
    connectKeyboard();
    byId("version").textContent = await (await fetch("novnc/VERSION")).text();
    connectHost();
}

window.mmm = { get rfb() { return rfb; }, get host() { return host; }, get sound() { return sound; } };
start();
