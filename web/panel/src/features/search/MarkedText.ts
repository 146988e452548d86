import { type FunctionalComponent, h } from "vue";

import { piecesOf, type Span } from "./marks";

/** A text with what was searched for marked in it. */
export const MarkedText: FunctionalComponent<{ text: string; spans: readonly Span[] }> = ({
  text,
  spans,
}) =>
  spans.length === 0
    ? text
    : piecesOf(text, spans).map((piece) =>
        piece.isMarked
          ? h(
              "mark",
              { class: "rounded-[0.2em] bg-amber-soft text-amber box-decoration-clone" },
              piece.text,
            )
          : piece.text,
      );
MarkedText.props = ["text", "spans"];
