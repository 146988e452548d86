import { ProblemError } from "@shared/api/client";

import type { Failure, FailureCode } from "./outgoing";

/** What the server's problems mean to a person who sends; their titles are part of its API. */
const BY_TITLE: Readonly<Record<string, FailureCode>> = {
  "No such chat": "gone",
  "The chat's channel is not connected": "read_only",
  "This chat can't be written to now": "not_now",
  "No such file": "file_gone",
  "The file is too large": "too_large",
  "The file is not valid": "bad_file",
};
const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  0: "offline",
  404: "gone",
  413: "too_large",
  429: "throttled",
};
/** What is wrong with a request that is not valid, by the field that the server names. */
const BY_FIELD: Readonly<Record<string, FailureCode>> = {
  textMessage: "too_long",
  media: "too_large",
};

/** Why a send failed: in a word that the panel has a sentence for, else in the server's words. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof ProblemError)) return { code: null, detail: "" };
  return { code: codeOf(error), detail: error.detail };
}

function codeOf({ status, title, errors }: ProblemError): FailureCode | null {
  const field = Object.keys(errors).find((name) => name in BY_FIELD);
  const code = BY_TITLE[title] ?? BY_FIELD[field ?? ""] ?? BY_STATUS[status];
  return code ?? (status >= 500 ? "server" : null);
}
