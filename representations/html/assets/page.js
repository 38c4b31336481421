// Writes what the forms of a page say, asks for the token that this needs, and follows tasks.
"use strict";
const XSI = "http://www.w3.org/2001/XMLSchema-instance";
const PATCH = "urn:ietf:rfc:7351";
const KEPT = "token"; // in sessionStorage: for this tab, until it is closed
const TOKEN = /^[!-~]+$/; // what a field can carry
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const parts = (container) => all(":scope > .field, :scope > .list", container);
const rows = (list) => all(":scope > .row", list);
const control = (part) => $("input, select, textarea", part);

// Who asks

const bearing = (fields) => {
  const token = sessionStorage.getItem(KEPT);
  return token ? { ...fields, Authorization: `Bearer ${token}` } : fields;
};

/** Whether the person gave a token, or had the one forgotten that there was. */
function ask(why) {
  const dialog = $("#token");
  if (why) $("#token-why").textContent = why;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = $("#token-text").value.trim();
      $("#token-text").value = "";
      if (dialog.returnValue === "forget") sessionStorage.removeItem(KEPT);
      if (dialog.returnValue !== "use" || given === "") return resolve(false);
      if (!TOKEN.test(given)) return resolve(ask("That is no token: one has letters, digits and signs of ASCII alone."));
      sessionStorage.setItem(KEPT, given);
      resolve(true);
    }, { once: true });
  });
}

async function send(url, request) {
  const answer = await fetch(url, { ...request, headers: bearing(request.headers) });
  if (answer.status !== 401) return answer;
  const problem = await answer.clone().json().catch(() => ({}));
  return (await ask(problem.detail)) ? send(url, request) : answer;
}

/** A page that needs a token comes again with it; so does what it shows and leads to. */
async function open() {
  const answer = await send(location.pathname + location.search, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.redirected) history.replaceState(null, "", answer.url);
  document.title = page.title;
  document.body.replaceWith(page.body);
  begin();
  for (const each of all("video, img"))
    each.addEventListener("error", () => ["src", "poster"].forEach((name) => load(each, name)), { once: true });
  for (const each of all(".others a")) each.addEventListener("click", show);
  if (location.hash) location.replace(location.hash); // no new element is the target by itself
  $("#main").focus();
}

async function load(medium, name) {
  const url = medium.getAttribute(name);
  const answer = url && (await send(url, {}));
  if (answer?.ok) medium.setAttribute(name, URL.createObjectURL(await answer.blob()));
}

async function show(event) {
  event.preventDefault();
  const answer = await send(event.target.href, {});
  location.assign(URL.createObjectURL(await answer.blob()));
}

// What a form says

const integer = (text) => (/^-?\d{1,18}$/.test(text) ? BigInt(text) : text);
const exact = (name, value) =>
  typeof value === "bigint" ? (JSON.rawJSON ? JSON.rawJSON(String(value)) : Number(value)) : value;
const read = { integer, id: integer, boolean: (text) => text === "true" };
const has_changed = (part) =>
  part.matches(".list")
    ? "changed" in part.dataset || rows(part).some((row) => parts(row).some(has_changed))
    : control(part).value !== control(part).dataset.was;

/** What was read of it if it is as it was; a control cannot hold every text. */
function value_of(part, source) {
  const { value, dataset } = control(part);
  if (source && !has_changed(part) && read[dataset.kind] !== integer) return source[part.dataset.name];
  return value === "" ? null : (read[dataset.kind] ?? String)(value);
}

function data_of(container, source) {
  const data = {};
  for (const part of parts(container)) {
    const name = part.dataset.name;
    const value = part.matches(".list")
      ? rows(part).map((row) => data_of(row, source?.[name]?.[row.dataset.at]))
      : value_of(part, source);
    if (value !== null) data[name] = value;
  }
  return data;
}

function changes_of(form, source) {
  const data = data_of(form, source);
  const changed = parts(form).filter(has_changed).map((part) => part.dataset.name);
  return Object.fromEntries(changed.map((name) => [name, data[name] ?? null]));
}

// In JSON and in XML

function element(owner, name, value, items) {
  const made = owner.createElement(name);
  if (value === null) made.setAttributeNS(XSI, "xsi:nil", "true");
  else if (Array.isArray(value)) made.append(...value.map((each) => element(owner, items[name], each, items)));
  else if (typeof value === "object")
    made.append(...Object.entries(value).map(([member, each]) => element(owner, member, each, items)));
  else made.textContent = value;
  return made;
}

function xml(form, method, data) {
  const type = form.dataset.type;
  const items = Object.fromEntries(all(".list", form).map((list) => [list.dataset.name, list.dataset.item]));
  const owner = document.implementation.createDocument(...(method === "PATCH" ? [PATCH, "p:patch"] : [null, null]));
  if (method !== "PATCH") owner.append(element(owner, type, data, items));
  else
    for (const [name, value] of Object.entries(data)) {
      const replace = owner.createElementNS(PATCH, "p:replace");
      replace.setAttribute("sel", `/${type}/${name}`);
      replace.append(element(owner, name, value, items));
      owner.documentElement.append(replace);
    }
  return new XMLSerializer().serializeToString(owner).replaceAll("\r", "&#13;");
}

const WRITERS = {
  json: {
    type: (method) => (method === "PATCH" ? "application/merge-patch+json" : "application/json"),
    write: (form, method, data) => JSON.stringify(data, exact),
    steps: (pointer) => pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~")),
  },
  xml: {
    type: (method) => (method === "PATCH" ? "application/xml-patch+xml" : "application/xml"),
    write: xml,
    steps: (pointer) =>
      pointer.split("/").slice(2).flatMap((step) => {
        const [, name, place] = /^(.*?)(?:\[(\d+)\])?$/.exec(step);
        return place ? [String(place - 1)] : [name];
      }),
  },
};

// What the server says of it

/** The part of a form that a pointer leads to. */
function place(container, [name, at, ...rest]) {
  const part = parts(container).find((each) => each.dataset.name === name);
  const row = part?.matches(".list") && rows(part)[at];
  return (row && rest.length && place(row, rest)) || part;
}

function clear(form) {
  all("[aria-invalid]", form).forEach((each) => each.removeAttribute("aria-invalid"));
  all(".error, .failure", form).forEach((each) => { each.hidden = true; each.textContent = ""; });
}

/** Whether there is a place for it beside the part of the form. */
function mark(part, detail) {
  const line = part && $(":scope > .error", part);
  if (!line) return false;
  line.textContent = line.textContent ? `${line.textContent}; ${detail}` : detail;
  line.hidden = false;
  control(part)?.setAttribute("aria-invalid", "true");
  return true;
}

function tell(form, problem, steps) {
  const elsewhere = (problem.errors ?? [])
    .filter(({ pointer, detail }) => !mark(place(form, steps(pointer)), detail))
    .map(({ pointer, detail }) => `${pointer} ${detail}`);
  const failure = $(".failure", form);
  const list = document.createElement("ul");
  list.append(...elsewhere.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  failure.replaceChildren(`${problem.title ?? "It failed"}: ${problem.detail ?? ""}`, ...(elsewhere.length ? [list] : []));
  failure.hidden = false;
  ($("[aria-invalid]", form) ?? failure).focus();
}

/** What a control shows and does not give: half a date. */
function unread(form) {
  const found = all("input", form).filter((each) => each.validity.badInput);
  found.forEach((each) => mark(each.closest(".field"), "is not complete"));
  return found.length > 0;
}

async function write(form, method) {
  clear(form);
  if (unread(form)) return tell(form, { title: "Nothing was sent", detail: "a field is not complete" });
  const source = "source" in form.dataset ? JSON.parse($("[data-sent=json]").textContent) : null;
  const writer = WRITERS[$(".as", form)?.value ?? "json"];
  const headers = { Accept: "application/json" };
  const request = { method, headers };
  const tag = all("#json .fields dt").find((each) => each.textContent === "ETag")?.nextElementSibling;
  if (source && tag) headers["If-Match"] = tag.textContent;
  if (method !== "DELETE") {
    headers["Content-Type"] = writer.type(method);
    request.body = writer.write(form, method, method === "PATCH" ? changes_of(form, source) : data_of(form, source));
  }
  const answer = await send(location.pathname, request); // what the query says is about the page
  if (!answer.ok) return tell(form, await answer.json().catch(() => ({})), writer.steps);
  const made = answer.headers.get("Location");
  if (made ?? method === "DELETE") location.assign(made ?? form.dataset.after);
  else location.reload();
}

async function submit(form, method) {
  const buttons = all("[type=submit]", form);
  buttons.forEach((each) => { each.disabled = true; });
  await write(form, method).catch((error) => tell(form, { title: "No answer came", detail: error.message }));
  buttons.forEach((each) => { each.disabled = false; });
}

// What goes on while it is looked at

async function follow() {
  const status = await listen().catch(() => 503); // no answer, or one that broke off
  const goes_on = ["queued", "running"].includes($("[data-member=state]").textContent);
  if (status >= 500 || (status === 200 && goes_on)) setTimeout(follow, 2000);
  else if (status === 200) location.reload();
}

async function listen() {
  const answer = await fetch(location.pathname, { headers: bearing({ Accept: "text/event-stream" }) });
  if (!answer.ok) return answer.status;
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of pieces(answer.body.getReader())) {
    text += decoder.decode(piece, { stream: true });
    const events = text.split("\n\n");
    text = events.pop();
    events.flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? []).map(JSON.parse).forEach(update);
  }
  return answer.status;
}

async function* pieces(reader) {
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

function update(task) {
  for (const [name, value] of Object.entries(task)) {
    const shown = $(`[data-member="${CSS.escape(name)}"]`);
    if (shown && value !== null && typeof value !== "object") shown.textContent = value;
  }
  $("progress").value = task.progress;
}

function show_progress() {
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", "Progress");
  bar.value = $("[data-member=progress]")?.textContent ?? 0;
  $("#page").prepend(bar);
  follow();
}

// What a person does

function filter(event) {
  event.preventDefault();
  const wanted = new URLSearchParams(new FormData(event.target));
  for (const each of all(".search input:not([type=hidden]), .search select").filter(
    (each) => each.form === event.target || each.value !== each.dataset.was))
    each.value === "" ? wanted.delete(each.name) : wanted.set(each.name, each.value);
  location.assign(`${event.target.getAttribute("action")}?${wanted}`);
}

const ACTS = {
  add: (list) => {
    list.insertBefore($("template", list).content.cloneNode(true), $("template", list));
    const made = rows(list).at(-1);
    for (const part of parts(made)) rename(part, `${list.dataset.name}-${rows(list).length}-${Date.now()}-${part.dataset.name}`);
    control(parts(made).find((part) => !part.hidden)).focus();
  },
  remove: (list, row) => {
    row.remove();
    $("[data-act=add]", list).focus();
  },
};

function rename(part, id) {
  control(part).dataset.was = "";
  if (part.hidden) return;
  Object.assign(control(part), { id }).setAttribute("aria-describedby", `${id}-error`);
  $("label", part).htmlFor = id;
  $(".error", part).id = `${id}-error`;
}

function click(event) {
  const list = event.target.closest(".list");
  ACTS[event.target.dataset.act](list, event.target.closest(".row"));
  list.dataset.changed = "";
}

/** What the style tells of the tabs, for who does not see it. */
function tell_tab() {
  const tabs = all(".tabs a");
  const current = tabs.find((each) => each.hash === location.hash) ?? tabs[0];
  for (const each of tabs) each.setAttribute("aria-current", each === current);
}

const is_refused = () => $("main").dataset.status === "401";

function begin() {
  $("#token-button").hidden = false;
  $("#token-button").addEventListener("click", async () => (await ask()) && is_refused() && open());
  $(".skip").addEventListener("click", (event) => { event.preventDefault(); $("#main").focus(); }); // in any tab
  for (const each of all("input, select, textarea")) each.dataset.was = each.value;
  tell_tab();
  for (const form of all(".write form")) {
    form.addEventListener("submit", (event) => { event.preventDefault(); submit(form, event.submitter.value); });
    form.addEventListener("click", (event) => event.target.dataset.act && click(event));
  }
  all(".search form").forEach((form) => form.addEventListener("submit", filter));
  if ("followed" in $("main").dataset) show_progress();
}

addEventListener("hashchange", tell_tab);
begin();
if (is_refused()) open();
