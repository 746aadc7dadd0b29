insert into page_views select * from page_views_archive;
drop table page_views_archive;
