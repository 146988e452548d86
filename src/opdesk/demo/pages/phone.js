"use strict";
// The customer's phone: shows what `/api/lines` says each second, and sends what is pressed.
const LOOK_MS = 1000;
const find = (id) => document.getElementById(id);
const state = { sources: [], shown: "", editing: null, isBlocked: false, language: "uk" };
const words = () => WORDS[state.language];
const chosen = () => state.sources.find((one) => String(one.id) === find("source").value);

async function ask(path, values) {
  const options = {};
  if (values) {
    options.method = "POST";
    options.body = new FormData();
    for (const [name, value] of Object.entries(values)) options.body.append(name, value);
  }
  let reply;
  try {
    reply = await fetch(path, options);
  } catch {
    throw new Error(words().lost);
  }
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error);
  return answer;
}

/** Does one thing; what went wrong is said below the screen. */
async function attempt(work) {
  try {
    await work();
    find("problem").textContent = "";
  } catch (error) {
    find("problem").textContent = error.message;
  }
}

function make(tag, text, name) {
  const one = document.createElement(tag);
  if (text) one.textContent = text;
  if (name) one.className = name;
  return one;
}

function translate() {
  document.documentElement.lang = state.language;
  document.title = `${words().title} · OpDesk`;
  for (const one of document.querySelectorAll("[data-word]")) {
    one.textContent = words()[one.dataset.word];
  }
  state.shown = "";
}

function fill(select, items) {
  const before = select.value;
  select.replaceChildren(
    ...items.map(({ id, name }) => {
      const option = make("option", name);
      option.value = id;
      return option;
    }),
  );
  if (items.some(({ id }) => String(id) === before)) select.value = before;
}

async function loadSources() {
  state.sources = await ask("/api/sources");
  fill(find("source"), state.sources);
  showSource();
}

function showSource() {
  const source = chosen();
  fill(find("person"), source.people);
  for (const one of document.querySelectorAll("[data-act]")) {
    one.hidden = !source.acts.includes(one.dataset.act);
  }
  find("faults").hidden = !source.faults;
  for (const box of find("faults").querySelectorAll("input")) {
    box.checked = Boolean(source.faults?.[box.name]);
  }
  find("shop").hidden = source.acts.length === 0 || Boolean(source.faults);
  showPerson();
}

function showPerson() {
  state.shown = "";
  stopEditing();
  find("lines").replaceChildren();
}

const whose = () => ({ source: find("source").value, person: find("person").value });

async function act(name, values = {}) {
  await ask("/api/act", { ...whose(), act: name, ...values });
  await look();
}

async function look() {
  const { source, person } = whose();
  if (!person) return;
  const query = new URLSearchParams({ source, person });
  const found = await ask(`/api/lines?${query}`);
  const digest = JSON.stringify([source, person, found]);
  if (digest === state.shown || whose().person !== person) return;
  state.shown = digest;
  show(found);
}

function show({ lines, isBlocked }) {
  const list = find("lines");
  const focused = list.contains(document.activeElement) && document.activeElement.dataset.key;
  const name = find("person").selectedOptions[0]?.textContent ?? "";
  find("screen-title").textContent = words().screen.replace("{name}", name);
  list.replaceChildren(...lines.map(item));
  list.scrollTop = list.scrollHeight;
  find("empty").hidden = lines.length > 0;
  find("blocked").hidden = !isBlocked;
  find("block").textContent = isBlocked ? words().unblock : words().block;
  if (focused) list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function item(line) {
  const one = make("li", "", line.isTheirs ? "theirs" : "ours");
  one.append(make("span", line.isTheirs ? words().theirs : words().ours, "hidden"));
  if (line.kind) one.append(make("span", words().kinds[line.kind], "kind"));
  if (line.file) one.append(file(line));
  if (line.text) one.append(make("p", line.text));
  const time = new Date(line.at).toLocaleTimeString(state.language, { timeStyle: "short" });
  const told = line.isTheirs ? time : `${time} · ${words().states[line.state]}`;
  one.append(make("small", told));
  const acts = chosen().acts;
  if (acts.includes("react") && !line.isTheirs) one.append(lineButton("react", line));
  if (line.isTheirs && line.text && !line.file && !line.kind && acts.includes("edit")) {
    one.append(lineButton("edit", line));
  }
  if (line.isTheirs && acts.includes("delete")) one.append(lineButton("delete", line));
  return one;
}

function file(line) {
  const address = `/api/file?${new URLSearchParams({ ...whose(), line: line.id })}`;
  if (line.file.isShown) {
    const picture = make("img");
    picture.src = address;
    picture.alt = line.file.name;
    return picture;
  }
  const link = make("a", line.file.name);
  link.href = address;
  return link;
}

function lineButton(name, line) {
  const button = make("button", words()[name]);
  button.type = "button";
  button.dataset.key = `${name} ${line.id}`;
  button.addEventListener("click", () => {
    if (name === "edit") startEditing(line);
    else attempt(() => act(name, { line: line.id, text: name === "react" ? "❤" : "" }));
  });
  return button;
}

function startEditing(line) {
  state.editing = line.id;
  find("text").value = line.text;
  find("editing").hidden = false;
  find("text").focus();
}

function stopEditing() {
  if (state.editing) find("text").value = "";
  state.editing = null;
  find("editing").hidden = true;
}

async function send() {
  const text = find("text").value;
  if (state.editing) await act("edit", { line: state.editing, text });
  else await act("text", { text });
  find("text").value = "";
  stopEditing();
}

async function sendFile(input) {
  const [file] = input.files;
  if (!file) return;
  input.value = "";
  await act("file", { text: find("text").value, mime: file.type, file });
  find("text").value = "";
}

async function addPerson() {
  const values = { name: find("new-name").value, phone: find("new-phone").value };
  const { id } = await ask("/api/people", { source: find("source").value, ...values });
  find("new-person").reset();
  await loadSources();
  find("person").value = id;
  showPerson();
  find("text").focus();
}

async function setFaults() {
  const values = { source: find("source").value };
  for (const box of find("faults").querySelectorAll("input")) {
    values[box.name] = box.checked ? "on" : "off";
    chosen().faults[box.name] = box.checked;
  }
  await ask("/api/faults", values);
}

function listen() {
  const on = (id, event, work) =>
    find(id).addEventListener(event, (happened) => {
      happened.preventDefault();
      attempt(work);
    });
  on("source", "change", async () => {
    showSource();
    await look();
  });
  on("person", "change", async () => {
    showPerson();
    await look();
  });
  on("composer", "submit", send);
  on("new-person", "submit", addPerson);
  on("faults", "change", setFaults);
  on("file", "change", () => sendFile(find("file")));
  on("cancel", "click", async () => stopEditing());
  on("language", "change", async () => {
    state.language = find("language").value;
    localStorage.setItem("language", state.language);
    translate();
    await look();
  });
  find("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      find("composer").requestSubmit();
    }
  });
  for (const button of document.querySelectorAll("button[data-act]")) {
    button.addEventListener("click", () => attempt(() => act(button.dataset.act)));
  }
}

async function start() {
  const kept = localStorage.getItem("language");
  state.language = kept && kept in WORDS ? kept : "uk";
  find("language").value = state.language;
  translate();
  listen();
  await attempt(loadSources);
  for (;;) {
    if (!document.hidden) {
      try {
        if (!state.sources.length) await loadSources();
        await look();
      } catch (error) {
        find("problem").textContent = error.message;
      }
    }
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

start();
