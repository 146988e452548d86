import type { Details } from "../loader/chat";
import { h } from "../loader/dom";
import type { Words } from "./words";

type Name = "name" | "phone" | "email" | "question";
export type Wish = "no" | "optional" | "required";

interface Field {
  name: Name;
  wish: Wish;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const TYPES = { name: "text", phone: "tel", email: "email" } as const;
const FILLED = { name: "name", phone: "tel", email: "email" } as const;
const MOST = { name: 100, phone: 40, email: 200, question: 4096 } as const;

export interface Answers extends Details {
  question?: string;
}

/** Why a field's value won't do; null when it will. */
export function problemOf({ name, wish }: Field, value: string, words: Words): string | null {
  if (!value) return wish === "required" ? words.required : null;
  return name === "email" && !EMAIL.test(value) ? words.badEmail : null;
}

/** Before the first message: what the company asks for. */
export function askForm(
  wishes: { name: Wish; phone: Wish },
  words: Words,
  done: (answers: Answers) => void,
): HTMLFormElement {
  const fields: Field[] = [
    { name: "name", wish: wishes.name },
    { name: "phone", wish: wishes.phone },
  ];
  return form(fields, words, { title: words.formTitle, action: words.begin }, done);
}

/** While nobody works: a question, and where to answer it. */
export function offlineForm(
  notice: string,
  words: Words,
  done: (answers: Answers) => void,
): HTMLFormElement {
  const fields: Field[] = [
    { name: "name", wish: "optional" },
    { name: "phone", wish: "optional" },
    { name: "email", wish: "optional" },
    { name: "question", wish: "required" },
  ];
  const told = { title: `${notice} ${words.offlineTitle}`, action: words.leave };
  return form(fields, words, told, done, ({ phone, email }) =>
    phone || email ? null : words.needsContact,
  );
}

function form(
  fields: readonly Field[],
  words: Words,
  told: { title: string; action: string },
  done: (answers: Answers) => void,
  whole: (answers: Answers) => string | null = () => null,
): HTMLFormElement {
  const rows = fields.filter(({ wish }) => wish !== "no").map((field) => row(field, words));
  const general = h("p", { class: "problem", id: "general", role: "alert", hidden: true });
  const submit = (event: Event): void => {
    event.preventDefault();
    const bad = rows.filter((one) => !one.check());
    const answers: Answers = {};
    for (const { name, input } of rows) {
      const value = input.value.trim();
      if (value) answers[name] = value;
    }
    const problem = bad.length ? null : whole(answers);
    general.textContent = problem;
    general.hidden = !problem;
    if (bad[0]) bad[0].input.focus();
    else if (problem) rows.find(({ name }) => name === "phone")?.input.focus();
    else done(answers);
  };
  return h(
    "form",
    { class: "ask", novalidate: true, submit },
    h("p", {}, told.title),
    ...rows.map(({ element }) => element),
    general,
    h("button", { type: "submit", class: "main" }, told.action),
  );
}

interface RowOfForm {
  name: Name;
  element: HTMLElement;
  input: HTMLInputElement | HTMLTextAreaElement;
  check: () => boolean;
}

function row(field: Field, words: Words): RowOfForm {
  const { name, wish } = field;
  const attributes = {
    id: name,
    name,
    maxlength: MOST[name],
    "aria-describedby": `${name}-problem`,
    "aria-required": String(wish === "required"),
  };
  const input =
    name === "question"
      ? h("textarea", attributes)
      : h("input", { ...attributes, type: TYPES[name], autocomplete: FILLED[name] });
  const problem = h("p", { class: "problem", id: `${name}-problem`, hidden: true });
  const check = (): boolean => {
    const found = problemOf(field, input.value.trim(), words);
    problem.textContent = found;
    problem.hidden = !found;
    input.setAttribute("aria-invalid", String(Boolean(found)));
    return !found;
  };
  const hint = wish === "optional" ? h("small", {}, ` ${words.optional}`) : null;
  const label = h("label", { for: name }, words[name], hint);
  return { name, input, check, element: h("div", {}, label, input, problem) };
}
