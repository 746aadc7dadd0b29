alter table payments alter column currency set statistics -1;
grant update on payments to shop_app;
drop policy payments_of_reporting on payments;
drop trigger payments_do_not_change on payments;
drop function refuse_changed_payment();
