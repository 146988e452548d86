"""What `opdesk demo` brings along: a Telegram of its own, and a company to try things with."""
