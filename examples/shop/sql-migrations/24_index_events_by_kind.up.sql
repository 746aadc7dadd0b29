create index events_kind_idx on only events (kind);
create index events_2024_01_kind_idx on events_2024_01 (kind);
alter index events_kind_idx attach partition events_2024_01_kind_idx;
