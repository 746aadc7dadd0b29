create table page_views_archive (like page_views);
with moved as (delete from page_views where seen_at < '2024-03-01 00:00+00' returning *)
insert into page_views_archive select * from moved;
