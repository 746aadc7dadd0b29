drop index events_at;
create index events_at on only events (at);
