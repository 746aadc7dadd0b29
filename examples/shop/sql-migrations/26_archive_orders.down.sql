drop table archived_orders;
