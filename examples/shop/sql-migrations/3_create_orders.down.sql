drop function order_total(bigint);
drop materialized view monthly_revenue;
drop view customer_order_totals;
drop table payments;
drop table order_lines;
drop table orders;
drop type payment_method;
drop type order_status;
