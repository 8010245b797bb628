export interface Payment {
  order: string
  amount: number
  currency: string
  card: { number: string; holder: string }
}
