const UP = `
create function refuse_changed_payment() returns trigger language plpgsql as $$
begin
  raise exception 'payments do not change';
end
$$;
create trigger payments_do_not_change before update of amount, currency on payments
  for each row execute function refuse_changed_payment();
create policy payments_of_reporting on payments for select to shop_readonly using (true);
revoke update on payments from shop_app;
alter table payments alter column currency set statistics 200;`;

const DOWN = `
alter table payments alter column currency set statistics -1;
grant update on payments to shop_app;
drop policy payments_of_reporting on payments;
drop trigger payments_do_not_change on payments;
drop function refuse_changed_payment();`;

exports.up = (knex) => knex.raw(UP);
exports.down = (knex) => knex.raw(DOWN);
