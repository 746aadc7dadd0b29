drop table addresses;
drop table customers;
drop function touch_updated_at();
drop type postal_address;
drop type customer_status;
drop domain email_address;
drop extension pg_trgm;
drop extension citext;
