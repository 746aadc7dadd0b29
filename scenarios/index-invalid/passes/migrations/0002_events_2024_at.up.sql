create index events_2024_at on events_2024 (at);
alter index events_at attach partition events_2024_at;
