create index events_at on only events (at);
