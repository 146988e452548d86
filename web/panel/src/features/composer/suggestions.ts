import type { Chat, QuickReply } from "@shared/api/model";
import { computed, nextTick, type Ref, ref, shallowRef, watch } from "vue";

import { useDesk } from "../../desk";
import { isPhone, nameOf } from "../chats/naming";
import { type Colleague, usePeople } from "./people";
import {
  filledReply,
  type Known,
  matching,
  mentionedIn,
  type Token,
  tokenAt,
  unfilledPlace,
} from "./suggest";
import type { Suggestion } from "./SuggestList.vue";

const MOST = 20;
/** A name has a few words: so many spaces may stand behind the `@`. */
const NAME_SPACES = 2;

interface Surroundings {
  readonly text: Ref<string>;
  readonly isNote: Ref<boolean>;
  field(): HTMLTextAreaElement | null;
  chat(): Chat | null;
}

/** Quick replies behind a `/`, colleagues behind an `@` of a note. */
export function useSuggestions({ text, isNote, field, chat }: Surroundings) {
  const { api, session } = useDesk();
  const { people, load } = usePeople(api, () => session.me.value?.organization.id);
  const replies = shallowRef<readonly QuickReply[]>([]);
  const token = ref<Token | null>(null);
  /** Whom the note's writer chose: of two with one name it is the one who was meant. */
  const chosen = shallowRef<readonly Colleague[]>([]);
  let isAsked = { replies: false, people: false };

  function ask(what: "replies" | "people"): void {
    if (isAsked[what]) return;
    isAsked = { ...isAsked, [what]: true };
    const asking =
      what === "people"
        ? load()
        : api
            .request<QuickReply[]>("GET", "/api/operator/quick-replies")
            .then((found) => void (replies.value = found));
    asking.catch(() => (isAsked = { ...isAsked, [what]: false }));
  }

  function known(): Known {
    const client = chat()?.client;
    const name = client ? nameOf(client) : null;
    const operator = session.me.value?.operator.name ?? null;
    const order = chat()?.orderNumber ?? null;
    return { client: name && !isPhone(name) ? name : null, operator, order };
  }

  const foundReplies = computed(() => {
    if (isNote.value || !token.value) return [];
    const found = matching(replies.value, token.value.words, (one) => [one.shortcut, one.text]);
    return found.slice(0, MOST);
  });
  const foundPeople = computed(() => {
    if (!isNote.value || !token.value) return [];
    const words = token.value.words;
    const others = people.value.filter(({ id }) => id !== session.me.value?.operator.id);
    return matching(others, words, ({ name }) => [name, ...name.split(" ")]).slice(0, MOST);
  });
  const items = computed<readonly Suggestion[]>(() => [
    ...foundReplies.value.map((one) => ({
      key: one.shortcut,
      title: `/${one.shortcut}`,
      text: filledReply(one.text, known()),
    })),
    ...foundPeople.value.map(({ id, name }) => ({ key: String(id), title: `@${name}`, text: "" })),
  ]);

  function look(): void {
    const caret = field()?.selectionStart ?? 0;
    const sign = isNote.value ? "@" : "/";
    token.value = tokenAt(text.value, caret, sign, isNote.value ? NAME_SPACES : 0);
    if (token.value) ask(isNote.value ? "people" : "replies");
  }

  function close(): void {
    token.value = null;
  }
  watch(isNote, close);

  /** Puts words in the place of others and the caret behind them, or on a place to fill in. */
  function put(start: number, end: number, words: string): void {
    text.value = text.value.slice(0, start) + words + text.value.slice(end);
    const open = unfilledPlace(words);
    const [from, to] = open ? [start + open[0], start + open[1]] : [start + words.length, null];
    void nextTick(() => {
      field()?.focus();
      field()?.setSelectionRange(from, to ?? from);
    });
  }

  function choose(index: number): void {
    const place = token.value;
    if (!place) return;
    const reply = foundReplies.value[index];
    const person = foundPeople.value[index];
    close();
    if (reply) return put(place.start, place.end, filledReply(reply.text, known()));
    if (!person) return;
    chosen.value = [...chosen.value, person];
    put(place.start, place.end, `@${person.name} `);
  }

  function mentioned(): readonly number[] {
    const found = mentionedIn(text.value, chosen.value);
    chosen.value = [];
    return [...new Set(found)];
  }

  return { items, look, close, choose, put, mentioned };
}
